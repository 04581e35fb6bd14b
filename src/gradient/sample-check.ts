import { Random } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { castTo, tensor, type Tensor } from "../base/tensor.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { Formula } from "../ops/facts/formula.ts";
import { inferShapes } from "../ops/infer/infer-shapes.ts";
import type { Sample, SampleInput } from "../ops/samples.ts";
import type { Check } from "./check.ts";
import { addGradient, type GradientRequest } from "./gradient.ts";
import { isFloat } from "./path.ts";

/**
 * The graph of a sample's op, with its objective (the outputs, weighted by seeded random numbers) and
 * the gradient of that.
 *
 * @param type what the sample's real inputs are given as
 */
export function checkOf(
  sample: Sample,
  type: "float32" | "float64",
  rules?: GradientRequest["rules"],
): Check {
  const b = new GraphBuilder();
  const feeds: Record<string, Tensor> = {};
  const inputs = sample.inputs.map((input, i) => {
    if (input === null) return "";
    if ("data" in input) return b.initializer(`constant${i}`, input);
    const name = `x${i}`;
    feeds[name] = asTensor(input, type);
    return b.input(name, input.shape, type);
  });
  if (sample.domain) b.graph.opsets.set(sample.domain, 1);
  if (sample.opset) b.graph.opsets.set("", sample.opset);
  const outputs = b.ops(
    sample.op,
    inputs,
    { ...sample.attributes },
    {
      // bounded: a sample of ours
      outputs: Array.from({ length: sample.outputs ?? 1 }, (_, i) => `y${i}`),
      domain: sample.domain,
    },
  );
  inferShapes(b.graph);

  const f = new Formula(b, type);
  const random = new Random(7);
  const terms = outputs.flatMap((value, i) => {
    const known = b.graph.values.get(value)!;
    if (!(sample.objective?.includes(i) ?? isFloat(known.type))) return [];
    const shape = known.shape as readonly number[];
    // bounded: a sample of ours
    const weights = Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1));
    return [{ value, weights, shape }];
  });
  const sums = terms.map(({ value, weights, shape }) =>
    b.op("ReduceSum", [f.mul(value, f.constant(weights, shape))], { keepdims: 0 }),
  );
  const objective = b.op("Sum", sums);
  const wrt = sample.wrt?.map((i) => `x${i}`) ?? Object.keys(feeds);
  const { graph, gradients } = addGradient(b.graph, { of: objective, wrt, rules });
  // In single precision a wide step rounds least.
  return {
    graph,
    terms,
    gradients,
    feeds,
    step: sample.step ?? (type === "float64" ? 2 ** -10 : 2 ** -6),
  };
}

function asTensor({ shape, values }: SampleInput, type: "float32" | "float64"): Tensor {
  return castTo(tensor("float64", shape, Float64Array.from(values)), type);
}
