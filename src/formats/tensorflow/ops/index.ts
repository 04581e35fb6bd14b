import type { TfOp } from "../define-op.ts";
import { activationOps } from "./activation.ts";
import { arithmeticOps } from "./arithmetic.ts";
import { colourOps } from "./colour.ts";
import { diagonalOps } from "./diagonals.ts";
import { morphologyOps } from "./morphology.ts";
import { segmentOps } from "./segments.ts";
import { sequenceOps } from "./sequences.ts";
import { batchBlockOps } from "./batch-blocks.ts";
import { convOps } from "./conv.ts";
import { denseOps } from "./dense.ts";
import { detectionOps } from "./detection.ts";
import { fakeQuantOps } from "./fake-quant.ts";
import { indexingOps } from "./indexing.ts";
import { loopOps } from "./loops.ts";
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
    ...batchBlockOps,
    ...sequenceOps,
    ...segmentOps,
    ...morphologyOps,
    ...diagonalOps,
    ...colourOps,
    ...convOps,
    ...denseOps,
    ...detectionOps,
    ...fakeQuantOps,
    ...indexingOps,
    ...loopOps,
    ...normalizationOps,
    ...poolOps,
    ...reduceOps,
    ...resizeOps,
    ...shapeOps,
    ...sliceOps,
  ].flatMap((op) => op.ops.split(" ").map((name) => [name, op] as const)),
);

/** Names of the ops that are read. */
export const tfOpNames = (): string[] =>
  [...byName].flatMap(([name, op]) => (loopOps.includes(op) ? [] : [name])).sort();

/** How an op of TensorFlow becomes nodes; undefined for one that is not known. */
export const findTfOp = (op: string): TfOp | undefined => byName.get(op);
