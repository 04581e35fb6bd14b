import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import { normalizeAxis } from "../../base/shape.ts";
import { attr, defineOp, type OpDefinition, type ShapeContext } from "../define-op.ts";
import { attribute } from "../../graph/attributes.ts";
import { normalizeAxes, spatialAxes } from "../facts/axes.ts";
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
import { noWeights } from "../facts/role.ts";
import {
  type RowContext,
  type RowRule,
  axisAttribute,
  besides,
  firstAxis,
  firstAxisOnly,
} from "../facts/rows.ts";
import { mixing, ofFirst } from "../facts/sight.ts";

const axesFrom = (axis: number, rank: number): number[] =>
  Array.from({ length: rank }, (_, i) => i).slice(normalizeAxis(axis, rank));

const fromAxisOn = ({ node }: RowContext, rank: number): number[] =>
  axesFrom(attribute(node, "axis", "int", -1), rank);

/** At inference the statistics are given. */
const batchNormRows: RowRule = (c) =>
  attribute(c.node, "training_mode", "int", 0) !== 0 ? null : firstAxisOnly(c);

export const normalizationOps: readonly OpDefinition[] = [
  defineOp({
    type: "BatchNormalization",
    shortName: "BN",
    role: "normalization",
    weights: [
      null,
      "gamma",
      "beta",
      { statistic: "moving_mean" },
      { statistic: "moving_variance" },
    ],
    rows: { rule: batchNormRows },
    sees: ofFirst,
    multiplyAdds: 0,
    results: 1,
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
        throw new StriateError(`expected ${counted(expected, "channel")}, got ${channels}`);
      const statistics = { type: type(3), shape: shape(3) };
      return [...sameShape(context), statistics, statistics];
    },
    gradient: batchGradient,
    modes: {
      inference: (node) => ({
        ...node,
        outputs: node.outputs.slice(0, 1),
        attributes: { ...node.attributes, training_mode: { kind: "int", value: 0 } },
      }),
      // With the statistics of the batch where the file says so, and its scale is trained.
      training({ node, b, trained, update }) {
        const learns = attribute(node, "training_mode", "int", 0) !== 0;
        if (!learns || !(trained(1) || trained(2))) {
          b.graph.nodes.push(this.inference(node));
          return;
        }
        const [y, mean, variance] = node.outputs as [string, string?, string?];
        const outputs = [y, mean || b.fresh(`${y}/mean`), variance || b.fresh(`${y}/variance`)];
        b.graph.nodes.push({ ...node, outputs });
        update(3, outputs[1]!);
        update(4, outputs[2]!);
      },
    },
  }),
  defineOp({
    type: "InstanceNormalization",
    role: "normalization",
    weights: [null, "gamma", "beta"],
    rows: { rule: firstAxisOnly },
    sees: mixing((_, rank) => spatialAxes(rank)),
    multiplyAdds: 0,
    attributes: { epsilon: attr.float(1e-5) },
    shape: sameShape,
    gradient: instanceGradient,
  }),
  defineOp({
    type: "GroupNormalization",
    role: "normalization",
    weights: [null, "gamma", "beta"],
    rows: "whole",
    sees: mixing((_, rank) => spatialAxes(rank)),
    multiplyAdds: 0,
    attributes: { epsilon: attr.float(1e-5), num_groups: attr.int(1), stash_type: attr.int(1) },
    shape: sameShape,
    gradient: groupGradient,
  }),
  defineOp({
    type: "LayerNormalization",
    role: "normalization",
    weights: [null, "gamma", "beta"],
    rows: { rule: besides(fromAxisOn) },
    sees: mixing(({ attributes }, rank) => axesFrom(attributes.axis, rank)),
    multiplyAdds: 0,
    results: 1,
    attributes: { axis: attr.int(-1), epsilon: attr.float(1e-5), stash_type: attr.int(1) },
    shape: layerShape,
    gradient: layerGradient,
  }),
  defineOp({
    type: "RMSNormalization",
    role: "normalization",
    weights: [null, "gamma"],
    rows: "whole",
    sees: mixing(({ attributes }, rank) => axesFrom(attributes.axis, rank)),
    multiplyAdds: 0,
    attributes: { axis: attr.int(-1), epsilon: attr.float(1e-5), stash_type: attr.int(1) },
    shape: sameShape,
    gradient: rmsGradient,
  }),
  defineOp({
    type: "MeanVarianceNormalization",
    role: "normalization",
    weights: noWeights,
    rows: "whole",
    sees: mixing(({ attributes }, rank) => normalizeAxes(attributes.axes, rank)),
    multiplyAdds: 0,
    attributes: { axes: attr.ints([0, 2, 3]) },
    shape: sameShape,
    gradient: meanVarianceGradient,
  }),
  defineOp({
    type: "LpNormalization",
    role: "normalization",
    weights: noWeights,
    rows: { rule: besides(axisAttribute(-1)) },
    sees: mixing(({ attributes }, rank) => [normalizeAxis(attributes.axis, rank)]),
    multiplyAdds: 0,
    attributes: { axis: attr.int(-1), p: attr.int(2) },
    shape: sameShape,
    gradient: lpGradient,
  }),
  defineOp({
    type: "LRN",
    role: "normalization",
    weights: noWeights,
    rows: { rule: firstAxis },
    sees: mixing(() => [1]),
    multiplyAdds: 0,
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
