import type { TfContext, TfOp, TfValue } from "../../tensorflow/define-op.ts";
import type { TfliteOp } from "../define-op.ts";
import { toCodes } from "../quantise.ts";
import { activationOps, fusedActivation } from "./activation.ts";
import { arithmeticOps } from "./arithmetic.ts";
import { convOps } from "./conv.ts";
import { denseOps } from "./dense.ts";
import { indexingOps } from "./indexing.ts";
import { poolOps } from "./pool.ts";
import { recurrentOps } from "./recurrent.ts";
import { resizeOps } from "./resize.ts";
import { shapeOps } from "./shape.ts";

/**
 * To other codes, and back to real numbers: inside, all numbers are real, rounded as codes are. What
 * gives an output its name passes on too.
 */
const codeOps: readonly TfliteOp[] = ["QUANTIZE", "DEQUANTIZE", "DENSIFY", "Identity"].map(
  (ops) => ({
    ops,
    kind: "other",
    lower: ({ input }) => input(0),
  }),
);

const byName = new Map(
  [
    ...activationOps,
    ...arithmeticOps,
    ...codeOps,
    ...convOps,
    ...denseOps,
    ...indexingOps,
    ...poolOps,
    ...recurrentOps,
    ...resizeOps,
    ...shapeOps,
  ].flatMap((op) => op.ops.split(" ").map((name) => [name, op] as const)),
);

/** The record of an op; undefined for one that is not known. */
export const findTfliteOp = (op: string): TfliteOp | undefined => byName.get(op);

/** How an op becomes nodes, with its fused activation and the codes of its results. */
export function lowerTfliteOp(op: string): TfOp | undefined {
  const found = findTfliteOp(op);
  return found && { ...found, lower: (context) => finish(context, found) };
}

function finish(context: TfContext, { lower, roundsAway = false }: TfliteOp): TfValue[] {
  const { b, attributes, arrange } = context;
  const result = lower(context);
  const outputs = Array.isArray(result) ? [...result] : [result];
  const activation = attributes.text("fused_activation_function", "NONE");
  const [first] = outputs;
  if (activation !== "NONE" && first) {
    context.preActivation(first, activation.toLowerCase());
    const value = fusedActivation(b, arrange(first, first.order), activation);
    outputs[0] = { value, order: first.order };
  }
  return outputs.map((output, i) => toCodes(context, output, i, roundsAway));
}
