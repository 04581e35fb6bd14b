import type { TfOp } from "../define-op.ts";
import { activationOps } from "./activation.ts";
import { arithmeticOps } from "./arithmetic.ts";
import { convOps } from "./conv.ts";
import { denseOps } from "./dense.ts";
import { normalizationOps } from "./normalization.ts";
import { poolOps } from "./pool.ts";
import { reduceOps } from "./reduce.ts";
import { resizeOps } from "./resize.ts";
import { shapeOps } from "./shape.ts";
import { sliceOps } from "./slice.ts";

const byName = new Map(
  [
    ...activationOps,
    ...arithmeticOps,
    ...convOps,
    ...denseOps,
    ...normalizationOps,
    ...poolOps,
    ...reduceOps,
    ...resizeOps,
    ...shapeOps,
    ...sliceOps,
  ].flatMap((op) => op.ops.split(" ").map((name) => [name, op] as const)),
);

/** How an op of TensorFlow becomes nodes; undefined for one that is not known. */
export const findTfOp = (op: string): TfOp | undefined => byName.get(op);
