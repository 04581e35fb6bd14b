import type { Dim, ValueType } from "../../graph/graph.ts";
import { attr, defineOp, type OpDefinition, type ShapeContext } from "../define-op.ts";
import type { Dims } from "../facts/dims.ts";
import {
  averagePoolGradient,
  globalAveragePoolGradient,
  globalLpPoolGradient,
  globalMaxPoolGradient,
  lpPoolGradient,
  maxPoolGradient,
  maxUnpoolGradient,
} from "./pool-gradient.ts";
import { sizeOf } from "../../base/shape.ts";
import { spatialAxes } from "../facts/axes.ts";
import { noWeights } from "../facts/role.ts";
import { type RowContext, type RowResult, batchOrChannels } from "../facts/rows.ts";
import { type Sight, type SightContext, mixing, spatially } from "../facts/sight.ts";
import { type PoolAttributes, poolAttributes } from "./window-attributes.ts";
import { readsOfTransposed, readsOfWindow, spatialOf, windowsOf } from "./window.ts";

// Pools over any number of spatial axes: x [N, C, ...].

const pooling = { role: "pooling", weights: noWeights, multiplyAdds: 0 } as const;

export const poolOps: readonly OpDefinition[] = [
  defineOp({
    type: "MaxPool",
    ...pooling,
    rows: { rule: maxPoolRows },
    sees: poolSight,
    results: 1,
    attributes: { ...poolAttributes, storage_order: attr.int(0) },
    shape: (context) => [...poolShape(context), { type: "int64", shape: poolDims(context) }],
    gradient: maxPoolGradient,
  }),
  defineOp({
    type: "AveragePool",
    ...pooling,
    rows: { rule: batchOrChannels },
    sees: poolSight,
    attributes: { ...poolAttributes, count_include_pad: attr.int(0) },
    shape: (context) => poolShape(context),
    gradient: averagePoolGradient,
  }),
  defineOp({
    type: "LpPool",
    ...pooling,
    rows: { rule: batchOrChannels },
    sees: poolSight,
    attributes: { ...poolAttributes, p: attr.int(2) },
    shape: (context) => poolShape(context),
    gradient: lpPoolGradient,
  }),
  defineOp({
    type: "GlobalAveragePool",
    ...pooling,
    rows: { rule: batchOrChannels },
    sees: mixing((_, rank) => spatialAxes(rank)),
    shape: globalShape,
    gradient: globalAveragePoolGradient,
  }),
  defineOp({
    type: "GlobalMaxPool",
    ...pooling,
    rows: { rule: batchOrChannels },
    sees: mixing((_, rank) => spatialAxes(rank)),
    shape: globalShape,
    gradient: globalMaxPoolGradient,
  }),
  defineOp({
    type: "GlobalLpPool",
    ...pooling,
    rows: { rule: batchOrChannels },
    sees: mixing((_, rank) => spatialAxes(rank)),
    attributes: { p: attr.int(2) },
    shape: globalShape,
    gradient: globalLpPoolGradient,
  }),
  defineOp({
    type: "MaxUnpool",
    ...pooling,
    rows: { rule: maxUnpoolRows, shapeInput: 2 },
    sees: unpoolSight,
    attributes: { kernel_shape: attr.ints(), pads: attr.ints(), strides: attr.ints() },
    shape: unpoolShape,
    gradient: maxUnpoolGradient,
  }),
  // x, rois [R, 5]
  defineOp({
    type: "MaxRoiPool",
    ...pooling,
    rows: "whole",
    sees: "all",
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
    ...pooling,
    rows: "whole",
    sees: "all",
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
  // Boxes of a picture, each resized to one size: what tf2onnx makes of tf.image.crop_and_resize.
  defineOp({
    type: "CropAndResize",
    domain: "com.microsoft",
    ...pooling,
    rows: "whole",
    sees: "all",
    attributes: { mode: attr.string("bilinear"), extrapolation_value: attr.float(0) },
    shape: ({ shape, type, numbers }) => {
      const [height = null, width = null] = numbers(3) ?? [];
      return [
        { type: type(0), shape: [shape(1)?.[0] ?? null, shape(0)?.[1] ?? null, height, width] },
      ];
    },
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

/** The indices count over the whole input, batch included. */
function maxPoolRows(c: RowContext): RowResult {
  const rows = c.rows(0);
  if (rows === null || rows.offset !== undefined || rows.axis > 1) return null;
  if (c.node.outputs.length === 1) return [rows];
  const row = sizeOf(c.shape(0)) / c.count;
  return rows.axis === 0 && rows.each === 1 ? [rows, { ...rows, offset: row }] : null;
}

function maxUnpoolRows(c: RowContext): RowResult {
  const [x, index] = [c.rows(0), c.rows(1)];
  const row = sizeOf(c.outputShape(0)) / c.count;
  return x?.axis === 0 && x.each === 1 && index?.axis === 0 && index.offset === row ? [x] : null;
}

function poolSight(c: SightContext<PoolAttributes>): Sight | undefined {
  const spatial = c.shape(0)?.slice(2);
  if (spatial === undefined) return undefined;
  const windows = windowsOf(c.attributes, c.attributes.kernel_shape ?? [], spatial);
  return spatially(c, (axis) => readsOfWindow(windows[axis]!, c.attributes.auto_pad));
}

/** An element of the output may come from any window that covers its place. */
function unpoolSight(
  c: SightContext<Pick<PoolAttributes, "kernel_shape" | "pads" | "strides">>,
): Sight | undefined {
  const { kernel_shape = [], strides, pads } = c.attributes;
  return spatially(c, (axis) =>
    readsOfTransposed(
      {
        input: null,
        kernel: kernel_shape[axis] ?? 1,
        stride: strides?.[axis] ?? 1,
        dilation: 1,
        begin: pads?.[axis] ?? 0,
        end: 0,
        output: null,
      },
      "NOTSET",
    ),
  );
}
