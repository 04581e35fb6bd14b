import { activationOps } from "./arithmetic/activation.ts";
import { arithmeticOps } from "./arithmetic/arithmetic.ts";
import { classicalOps } from "./arithmetic/classical.ts";
import { constantOps } from "./control/constant.ts";
import { controlOps } from "./control/control.ts";
import { convOps } from "./windows/conv.ts";
import type { OpDefinition } from "./define-op.ts";
import { elementwiseOps } from "./arithmetic/elementwise.ts";
import { expandOps } from "./layout/expand.ts";
import { fusedOps } from "./arithmetic/fused.ts";
import { gatherOps } from "./layout/gather.ts";
import { joinOps } from "./layout/join.ts";
import { logicalOps } from "./arithmetic/logical.ts";
import { matmulOps } from "./arithmetic/matmul.ts";
import { namedOps } from "./control/named.ts";
import { normalizationOps } from "./arithmetic/normalization.ts";
import { poolOps } from "./windows/pool.ts";
import { quantizeOps } from "./arithmetic/quantize.ts";
import { rearrangeOps } from "./layout/rearrange.ts";
import { recurrentOps } from "./control/recurrent.ts";
import { reduceOps } from "./arithmetic/reduce.ts";
import { reshapeOps } from "./layout/reshape.ts";
import { resizeOps } from "./windows/resize.ts";
import { selectionOps } from "./layout/selection.ts";
import { sliceOps } from "./layout/slice.ts";
import { softmaxOps } from "./arithmetic/softmax.ts";

/** Every ONNX op that striate knows, by family. */
export const allOps: readonly OpDefinition[] = [
  ...arithmeticOps,
  ...elementwiseOps,
  ...activationOps,
  ...logicalOps,
  ...matmulOps,
  ...convOps,
  ...poolOps,
  ...normalizationOps,
  ...softmaxOps,
  ...reduceOps,
  ...reshapeOps,
  ...rearrangeOps,
  ...joinOps,
  ...sliceOps,
  ...expandOps,
  ...gatherOps,
  ...resizeOps,
  ...selectionOps,
  ...constantOps,
  ...quantizeOps,
  ...recurrentOps,
  ...controlOps,
  ...fusedOps,
  ...classicalOps,
  ...namedOps,
];

const byName = new Map(allOps.map((op) => [`${op.domain ?? ""}:${op.type}`, op]));

/** The record of an op; undefined for one that striate does not know. */
export function findOp(domain: string, type: string): OpDefinition | undefined {
  // "ai.onnx" is another name of the standard domain.
  return byName.get(`${domain === "ai.onnx" ? "" : domain}:${type}`);
}
