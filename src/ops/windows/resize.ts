import { largest, smallest } from "../../base/extremes.ts";
import { StriateError } from "../../base/errors.ts";
import { sameShape } from "../../base/shape.ts";
import type { Dim, ValueType } from "../../graph/graph.ts";
import {
  attr,
  defineOp,
  type AttributeValues,
  type GradientContext,
  type OpDefinition,
  type ShapeContext,
} from "../define-op.ts";
import { resamplingRows } from "./resample.ts";
import { transposedAlong } from "./along-axis.ts";
import { normalizeAxes } from "../facts/axes.ts";
import { noWeights } from "../facts/role.ts";
import { type Sight, type SightContext, through } from "../facts/sight.ts";
import { resizeReads } from "./resize-sight.ts";

// Resampling.

const resizeAttributes = {
  antialias: attr.int(0),
  axes: attr.ints(),
  coordinate_transformation_mode: attr.string("half_pixel"),
  cubic_coeff_a: attr.float(-0.75),
  exclude_outside: attr.int(0),
  extrapolation_value: attr.float(0),
  keep_aspect_ratio_policy: attr.string("stretch"),
  mode: attr.string("nearest"),
  nearest_mode: attr.string("round_prefer_floor"),
};
export type ResizeAttributes = AttributeValues<typeof resizeAttributes>;

const resampling = {
  role: "reshaping",
  weights: noWeights,
  rows: "whole",
  multiplyAdds: 0,
} as const;

export const resizeOps: readonly OpDefinition[] = [
  // x, roi, scales, sizes
  defineOp({
    type: "Resize",
    ...resampling,
    sees: resizeSight,
    attributes: resizeAttributes,
    shape: resizeShape,
    gradient: resizeGradient,
  }),
  // Until opset 9: scales an input (an attribute before 9). No graph that gradients run on has it.
  defineOp({
    type: "Upsample",
    ...resampling,
    sees: upsampleSight,
    attributes: { mode: attr.string("nearest"), scales: attr.floats() },
    shape({ attributes, numbers, shape, type }) {
      return [{ type: type(0), shape: scaled(shape(0), attributes.scales ?? numbers(1)) }];
    },
    gradient: "unsupported",
  }),
  // x [N, C, H, W], grid [N, H', W', 2]
  defineOp({
    type: "GridSample",
    ...resampling,
    sees: "all",
    attributes: {
      align_corners: attr.int(0),
      mode: attr.string("linear"),
      padding_mode: attr.string("zeros"),
    },
    shape({ shape, type }) {
      const [x, grid] = [shape(0), shape(1)];
      if (x === null || grid === null) return [{ type: type(0), shape: null }];
      return [{ type: type(0), shape: [x[0]!, x[1]!, ...grid.slice(1, -1)] }];
    },
    gradient: "unsupported",
  }),
  // theta [N, 2, 3], size
  defineOp({
    type: "AffineGrid",
    ...resampling,
    sees: "all",
    attributes: { align_corners: attr.int(0) },
    shape({ known, type }) {
      const size = known(1)?.items;
      return [
        { type: type(0), shape: size ? [size[0]!, ...size.slice(2), size.length - 2] : null },
      ];
    },
    gradient: "unsupported",
  }),
];

function scaled(x: readonly Dim[] | null, scales: readonly number[] | undefined) {
  return (
    x &&
    x.map((length, axis): Dim => {
      const scale = scales?.[axis];
      if (scale === 1) return length;
      return typeof length === "number" && scale !== undefined ? Math.floor(length * scale) : null;
    })
  );
}

function resizeShape({
  attributes,
  known,
  numbers,
  shape,
  type,
  node,
  opset,
}: ShapeContext<ResizeAttributes>): ValueType[] {
  const x = shape(0);
  if (x === null) return [{ type: type(0), shape: null }];
  // Opset 10 had no roi: its second input are the scales.
  const scalesAt = opset === 10 && node.inputs.length === 2 ? 1 : 2;
  const axes = normalizeAxes(attributes.axes, x.length);
  const sizes = known(3)?.items;
  const scales = numbers(scalesAt);
  const result = [...x];
  if (sizes?.length) {
    if (sizes.length !== axes.length)
      throw new StriateError(`expected ${axes.length} sizes, got ${sizes.length}`);
    const targets = keepAspect(
      attributes.keep_aspect_ratio_policy,
      axes.map((axis) => x[axis]!),
      sizes,
    );
    for (const [i, axis] of axes.entries()) result[axis] = targets[i]!;
  } else if (scales?.length) {
    const perAxis = axes.reduce(
      (all, axis, i) => all.with(axis, scales[i]!),
      x.map(() => 1),
    );
    return [{ type: type(0), shape: scaled(x, perAxis) }];
  } else for (const axis of axes) result[axis] = null;
  return [{ type: type(0), shape: result }];
}

/** Sizes under a policy that keeps the aspect ratio: one scale for all axes. */
export function keepAspect(
  policy: string,
  from: readonly Dim[],
  sizes: readonly Dim[],
): readonly Dim[] {
  if (policy === "stretch") return sizes;
  if (![...from, ...sizes].every((length) => typeof length === "number"))
    return sizes.map(() => null);
  const ratios = sizes.map((size, i) => (size as number) / (from[i] as number));
  const scale = policy === "not_larger" ? smallest(ratios) : largest(ratios);
  return from.map((length) => Math.floor(scale * (length as number) + 0.5));
}

/** Resampling is linear: dx = g through the transposed map of each axis. */
function resizeGradient(context: GradientContext<ResizeAttributes>): (string | null)[] {
  const { attributes, f, grad, inputs, numbers, shape, outputShape } = context;
  if (attributes.antialias) throw new StriateError("no gradient of a Resize with antialias");
  const x = shape(0);
  const none = inputs.slice(1).map(() => null);
  // Where the shape stays, the engine copies, whatever the scales and the mode.
  if (sameShape(x, outputShape(0))) return [grad, ...none];
  const axes = normalizeAxes(attributes.axes, x.length);
  const [region, scales] = [numbers(1), numbers(2)];
  const lengths = [...outputShape(0)];
  const ratios = axes.map((axis) => lengths[axis]! / x[axis]!);
  let g = grad;
  for (const [i, axis] of axes.entries()) {
    const rows = resamplingRows({
      input: x[axis]!,
      output: lengths[axis]!,
      scale: scales?.length ? scales[i]! : ratios[i]!,
      mode: attributes.mode,
      coordinates: attributes.coordinate_transformation_mode,
      nearestMode: attributes.nearest_mode,
      cubic: attributes.cubic_coeff_a,
      excludeOutside: attributes.exclude_outside !== 0,
      region: [region?.[i] ?? 0, region?.[i + axes.length] ?? 1],
    });
    g = transposedAlong(f, g, lengths, axis, rows, x[axis]!);
    lengths[axis] = x[axis]!;
  }
  return [g, ...none];
}

function resizeSight(c: SightContext<ResizeAttributes>): Sight | undefined {
  const scalesAt = c.opset === 10 && c.node.inputs.length === 2 ? 1 : 2;
  const scales = c.numbers(scalesAt);
  return resampledSight(c, c.attributes, (axis, rank) =>
    scales?.length ? scales[normalizeAxes(c.attributes.axes, rank).indexOf(axis)] : undefined,
  );
}

/** Upsample had neither modes of rounding nor another way of counting pixels. */
function upsampleSight(
  c: SightContext<{ mode: string; scales: readonly number[] | undefined }>,
): Sight | undefined {
  const { mode, scales = c.numbers(1) } = c.attributes;
  const how = { mode, coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  return resampledSight(c, { ...how, antialias: 0 }, (axis) => scales?.[axis]);
}

function resampledSight(
  c: SightContext<unknown>,
  how: Pick<
    ResizeAttributes,
    "mode" | "coordinate_transformation_mode" | "nearest_mode" | "antialias"
  >,
  scaleOf: (axis: number, rank: number) => number | undefined,
): Sight | undefined {
  const sight = c.sees(0);
  if (sight === undefined || sight === "all") return sight;
  // Which part of the picture is taken is a value of the graph.
  if (how.coordinate_transformation_mode === "tf_crop_and_resize") return "all";
  const result = sight.map((axis, i) => {
    if (axis === null) return null;
    const reads = resizeReads(how, {
      input: c.shape(0)?.[i] ?? null,
      output: c.outputShape(0)?.[i] ?? null,
      scale: scaleOf(i, sight.length),
    });
    return reads && through(axis, reads);
  });
  return result.includes(undefined) ? undefined : (result as Exclude<Sight, "all">);
}
