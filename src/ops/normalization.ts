import { StriateError } from "../base/errors.ts";
import { normalizeAxis } from "../base/shape.ts";
import { attr, defineOp, type OpDefinition, type ShapeContext } from "./define-op.ts";
import { sameShape } from "./elementwise.ts";
import {
  batchGradient,
  groupGradient,
  instanceGradient,
  layerGradient,
  lpGradient,
  lrnGradient,
  meanVarianceGradient,
  rmsGradient,
} from "./normalization-gradient.ts";

export const normalizationOps: readonly OpDefinition[] = [
  defineOp({
    type: "BatchNormalization",
    attributes: {
      epsilon: attr.float(1e-5),
      momentum: attr.float(0.9),
      spatial: attr.int(1),
      training_mode: attr.int(0),
    },
    shape(context) {
      const { shape, type } = context;
      const [x, scale] = [shape(0), shape(1)];
      const [channels, expected] = [x?.[1], scale?.[0]];
      if (typeof channels === "number" && typeof expected === "number" && channels !== expected)
        throw new StriateError(`expected ${expected} channels, got ${channels}`);
      const statistics = { type: type(3), shape: shape(3) };
      return [...sameShape(context), statistics, statistics];
    },
    gradient: batchGradient,
  }),
  defineOp({
    type: "InstanceNormalization",
    attributes: { epsilon: attr.float(1e-5) },
    shape: sameShape,
    gradient: instanceGradient,
  }),
  defineOp({
    type: "GroupNormalization",
    attributes: { epsilon: attr.float(1e-5), num_groups: attr.int(1), stash_type: attr.int(1) },
    shape: sameShape,
    gradient: groupGradient,
  }),
  defineOp({
    type: "LayerNormalization",
    attributes: { axis: attr.int(-1), epsilon: attr.float(1e-5), stash_type: attr.int(1) },
    shape: layerShape,
    gradient: layerGradient,
  }),
  defineOp({
    type: "RMSNormalization",
    attributes: { axis: attr.int(-1), epsilon: attr.float(1e-5), stash_type: attr.int(1) },
    shape: sameShape,
    gradient: rmsGradient,
  }),
  defineOp({
    type: "MeanVarianceNormalization",
    attributes: { axes: attr.ints([0, 2, 3]) },
    shape: sameShape,
    gradient: meanVarianceGradient,
  }),
  defineOp({
    type: "LpNormalization",
    attributes: { axis: attr.int(-1), p: attr.int(2) },
    shape: sameShape,
    gradient: lpGradient,
  }),
  defineOp({
    type: "LRN",
    attributes: {
      alpha: attr.float(0.0001),
      beta: attr.float(0.75),
      bias: attr.float(1),
      size: attr.int(),
    },
    shape: sameShape,
    gradient: lrnGradient,
  }),
];

/** The result, and mean and inverse deviation with the normalised axes as axes of length 1. */
function layerShape(context: ShapeContext<{ axis: number }>) {
  const x = context.shape(0);
  const axis = x && normalizeAxis(context.attributes.axis, x.length);
  const statistics = {
    type: "float32" as const,
    shape: x && x.map((length, i) => (i < axis! ? length : 1)),
  };
  return [...sameShape(context), statistics, statistics];
}
