import { StriateError } from "../../base/errors.ts";
import { formatShape, permute } from "../../base/shape.ts";
import { freeBatch } from "../../graph/free-batch.ts";
import type { Dim, Graph } from "../../graph/graph.ts";
import { separatePads } from "../../graph/passes/engine/separate-pads.ts";
import { writeOnnx } from "../../graph/protobuf/write.ts";
import { differentiate } from "../../model/gradients/differentiate.ts";
import type {
  GradientQuery,
  GradientTerm,
  SeedPart,
} from "../../model/gradients/gradient-query.ts";
import type { Network, Port } from "../../model/network.ts";
import { photoInput, preprocessingFor } from "../../model/photo/photo-input.ts";
import { exportGraph } from "./export-graph.ts";

/** A view that is a graph: what `RunningNetwork.gradients` would be asked for it. */
export interface ViewExport {
  query: GradientQuery;
  /** Names of what the query gives, in its order: of what `then` makes, or of the gradients. */
  names: readonly string[];
  /** What the view says of itself, as JSON: method, target, layer. */
  notes?: Readonly<Record<string, unknown>>;
  /** [height, width] of a photo, where the network leaves them open. */
  size?: readonly [number, number];
}

/**
 * A network with a view's graph behind it as one ONNX file of standard ops: the network's outputs first,
 * then the view. Class names, preprocessing and `striate.view` stand in the metadata; the batch is free
 * where that of the network is, inputs and outputs of the network are in its user's layout.
 *
 * @throws StriateError where an op has no gradient, or a length besides the batch is open
 */
export function exportView(network: Network, view: ViewExport): Uint8Array {
  const [first] = network.inputs;
  if (first === undefined) throw new StriateError(`${network.name}: has no input`);
  const { names, notes } = view;
  const outputs = network.outputs.map(({ value }) => value);
  const query: GradientQuery = {
    ...view.query,
    of: view.query.of.map(asPart),
    // The view's own ones first, where it looks for them.
    values: [...new Set([...(view.query.values ?? []), ...outputs])],
  };
  let made: readonly string[] = [];
  const build = (rows: number): Graph => {
    const form = differentiate(network, shapesFor(network, rows, view.size), query, {
      passes: false,
    });
    made = form.gradients;
    return form.graph;
  };
  const [batch] = first.shape;
  const graph = typeof batch === "number" ? build(batch) : freeBatch(build, first.value);
  if (made.length !== names.length)
    throw new StriateError(`the view makes ${made.length} values, got ${names.length} names`);
  const ports = made.map((value, i): Port => {
    const { type, shape } = graph.outputs.find(({ name }) => name === value)!;
    return { name: names[i]!, value, type, shape: shape ?? [], order: [...(shape ?? []).keys()] };
  });
  graph.metadata = new Map([
    ...network.graph.metadata,
    ["striate.view", JSON.stringify(notes ?? {})],
  ]);
  const whole = { ...network, graph, outputs: [...network.outputs, ...ports] };
  return writeOnnx(separatePads(exportGraph({ ...whole, preprocessing: preparation(network) })));
}

/** What is fed as a seed becomes a constant, the same for every row. */
function asPart({ value, seed }: GradientTerm): GradientTerm {
  if ("write" in seed) return { value, seed };
  const part: SeedPart = {
    name: "constant",
    write: (f, _, shape) => {
      const row = typeof seed === "function" ? seed([1, ...shape.slice(1)]) : seed;
      return f.expand(f.b.constant(row), shape);
    },
  };
  return { value, seed: part };
}

/** Shapes of the graph's inputs for a batch. */
function shapesFor(network: Network, rows: number, size?: readonly [number, number]) {
  const photo = size && photoInput(network);
  return Object.fromEntries(
    network.inputs.map((port) => {
      const sizes: Dim[] = [...port.shape];
      if (photo?.port === port)
        for (const [i, axis] of (photo.layout === "NHWC" ? [1, 2] : [2, 3]).entries())
          if (typeof sizes[axis] !== "number") sizes[axis] = size![i]!;
      if (typeof sizes[0] !== "number") sizes[0] = rows;
      if (!sizes.every((length) => typeof length === "number"))
        throw new StriateError(
          `input "${port.name}" takes ${formatShape(port.shape)}: say which size the view is for`,
        );
      return [port.value, permute(sizes as number[], port.order)];
    }),
  );
}

/** How a photo is prepared, also where the network's own file does not say. */
function preparation(network: Network): Network["preprocessing"] {
  if (network.preprocessing) return network.preprocessing;
  try {
    const { size, resize, scale } = preprocessingFor(network).how;
    return { ...(size && { size }), resize, scale };
  } catch {
    // It takes no photo.
    return undefined;
  }
}
