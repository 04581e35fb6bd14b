import type { Dim, ValueType } from "../graph/graph.ts";
import { attr, defineOp, type OpDefinition, type ShapeContext } from "./define-op.ts";
import type { Dims } from "./dims.ts";
import {
  averagePoolGradient,
  globalAveragePoolGradient,
  globalLpPoolGradient,
  globalMaxPoolGradient,
  lpPoolGradient,
  maxPoolGradient,
  maxUnpoolGradient,
} from "./pool-gradient.ts";
import { type PoolAttributes, poolAttributes } from "./window-attributes.ts";
import { spatialOf, windowsOf } from "./window.ts";

// Pools over any number of spatial axes: x [N, C, ...].

export const poolOps: readonly OpDefinition[] = [
  defineOp({
    type: "MaxPool",
    attributes: { ...poolAttributes, storage_order: attr.int(0) },
    shape: (context) => [...poolShape(context), { type: "int64", shape: poolDims(context) }],
    gradient: maxPoolGradient,
  }),
  defineOp({
    type: "AveragePool",
    attributes: { ...poolAttributes, count_include_pad: attr.int(0) },
    shape: (context) => poolShape(context),
    gradient: averagePoolGradient,
  }),
  defineOp({
    type: "LpPool",
    attributes: { ...poolAttributes, p: attr.int(2) },
    shape: (context) => poolShape(context),
    gradient: lpPoolGradient,
  }),
  defineOp({
    type: "GlobalAveragePool",
    shape: globalShape,
    gradient: globalAveragePoolGradient,
  }),
  defineOp({
    type: "GlobalMaxPool",
    shape: globalShape,
    gradient: globalMaxPoolGradient,
  }),
  defineOp({
    type: "GlobalLpPool",
    attributes: { p: attr.int(2) },
    shape: globalShape,
    gradient: globalLpPoolGradient,
  }),
  defineOp({
    type: "MaxUnpool",
    attributes: { kernel_shape: attr.ints(), pads: attr.ints(), strides: attr.ints() },
    shape: unpoolShape,
    gradient: maxUnpoolGradient,
  }),
  // x, rois [R, 5]
  defineOp({
    type: "MaxRoiPool",
    attributes: { pooled_shape: attr.ints(), spatial_scale: attr.float(1) },
    shape: ({ shape, type, attributes: { pooled_shape } }) => [
      {
        type: type(0),
        shape: [shape(1)?.[0] ?? null, shape(0)?.[1] ?? null, ...(pooled_shape ?? [null, null])],
      },
    ],
    gradient: "unsupported",
  }),
  // x, rois [R, 4], batch indices [R]
  defineOp({
    type: "RoiAlign",
    attributes: {
      coordinate_transformation_mode: attr.string("half_pixel"),
      mode: attr.string("avg"),
      output_height: attr.int(1),
      output_width: attr.int(1),
      sampling_ratio: attr.int(0),
      spatial_scale: attr.float(1),
    },
    shape: ({ shape, type, attributes: { output_height, output_width } }) => [
      {
        type: type(0),
        shape: [shape(1)?.[0] ?? null, shape(0)?.[1] ?? null, output_height, output_width],
      },
    ],
    gradient: "unsupported",
  }),
];

function poolDims({ attributes, shape }: ShapeContext<PoolAttributes>): Dims {
  const x = shape(0);
  const spatial = spatialOf(x);
  if (x === null || spatial === null) return null;
  const windows = windowsOf(attributes, attributes.kernel_shape ?? [], spatial);
  return [x[0]!, x[1]!, ...windows.map((window) => window.output)];
}

function poolShape(context: ShapeContext<PoolAttributes>): ValueType[] {
  return [{ type: context.type(0), shape: poolDims(context) }];
}

function globalShape({ shape, type }: ShapeContext<unknown>): ValueType[] {
  const x = shape(0);
  const spatial = spatialOf(x);
  return [{ type: type(0), shape: x && [x[0]!, x[1]!, ...spatial!.map(() => 1)] }];
}

function unpoolShape({
  attributes: { kernel_shape = [], strides, pads },
  shape,
  type,
  numbers,
  has,
}: ShapeContext<{
  kernel_shape: readonly number[] | undefined;
  pads: readonly number[] | undefined;
  strides: readonly number[] | undefined;
}>): ValueType[] {
  const x = shape(0);
  const given = numbers(2);
  if (given) return [{ type: type(0), shape: given }];
  if (x === null || has(2)) return [{ type: type(0), shape: x && x.map(() => null) }];
  const rank = x.length - 2;
  const sizes = x.slice(2).map((length, axis): Dim => {
    const padding = (pads?.[axis] ?? 0) + (pads?.[axis + rank] ?? 0);
    return typeof length === "number"
      ? (length - 1) * (strides?.[axis] ?? 1) + kernel_shape[axis]! - padding
      : null;
  });
  return [{ type: type(0), shape: [x[0]!, x[1]!, ...sizes] }];
}
