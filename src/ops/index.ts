import { activationOps } from "./activation.ts";
import { arithmeticOps } from "./arithmetic.ts";
import { constantOps } from "./constant.ts";
import { controlOps } from "./control.ts";
import { convOps } from "./conv.ts";
import type { OpDefinition } from "./define-op.ts";
import { elementwiseOps } from "./elementwise.ts";
import { expandOps } from "./expand.ts";
import { fusedOps } from "./fused.ts";
import { gatherOps } from "./gather.ts";
import { joinOps } from "./join.ts";
import { logicalOps } from "./logical.ts";
import { matmulOps } from "./matmul.ts";
import { namedOps } from "./named.ts";
import { normalizationOps } from "./normalization.ts";
import { poolOps } from "./pool.ts";
import { quantizeOps } from "./quantize.ts";
import { rearrangeOps } from "./rearrange.ts";
import { recurrentOps } from "./recurrent.ts";
import { reduceOps } from "./reduce.ts";
import { reshapeOps } from "./reshape.ts";
import { resizeOps } from "./resize.ts";
import { selectionOps } from "./selection.ts";
import { sliceOps } from "./slice.ts";
import { softmaxOps } from "./softmax.ts";

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
  ...namedOps,
];

const byName = new Map(allOps.map((op) => [`${op.domain ?? ""}:${op.type}`, op]));

/** The record of an op; undefined for one that striate does not know. */
export function findOp(domain: string, type: string): OpDefinition | undefined {
  // "ai.onnx" is another name of the standard domain.
  return byName.get(`${domain === "ai.onnx" ? "" : domain}:${type}`);
}
