import { GraphBuilder } from "../../graph/builder.ts";
import { type Graph, emptyGraph } from "../../graph/graph.ts";
import { type Sample, uniform } from "../samples.ts";

/**
 * A step of a Scan over `x1`, with a state that starts as `x0`: `s' = tanh(s x + x0)`, of which `x0` is
 * read from the graph around; and `y = s' x`, `z = s - x`.
 */
function step(): Graph {
  const b = new GraphBuilder({ ...emptyGraph("step"), opsets: new Map() }, "step/");
  const [s, x] = [b.input("step/s", []), b.input("step/x", [])];
  b.graph.inputs.forEach((input) => (input.shape = null));
  const next = b.op("Tanh", [b.op("Add", [b.op("Mul", [s, x]), "x0"])]);
  b.output(next);
  b.output(b.op("Mul", [next, x]));
  b.output(b.op("Sub", [s, x]));
  return b.graph;
}

const scan = (title: string, more: Partial<Sample> = {}): Sample => ({
  op: "Scan",
  title,
  type: "float32",
  inputs: [uniform([2, 3]), uniform([4, 2, 3], -1, 1, 2)],
  outputs: 3,
  ...more,
  attributes: { body: step(), num_scan_inputs: 1, ...more.attributes },
});

export const controlSamples: readonly Sample[] = [
  scan("all outputs"),
  scan("the last state only", { objective: [0] }),
  scan("one output only", { objective: [2] }),
  scan("backwards", { attributes: { scan_input_directions: [1] } }),
  scan("outputs in front", { attributes: { scan_output_directions: [1, 0] } }),
  scan("backwards, outputs in front", {
    attributes: { scan_input_directions: [1], scan_output_directions: [1, 1] },
  }),
];
