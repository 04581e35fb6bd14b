import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import { formatShape } from "../../base/shape.ts";
import type { Dim, ValueType } from "../../graph/graph.ts";
import { convGradient, convTransposeGradient } from "./conv-gradient.ts";
import { attr, defineOp, type OpDefinition, type ShapeContext } from "../define-op.ts";
import type { Dims } from "../facts/dims.ts";
import { attribute } from "../../graph/attributes.ts";
import { type CostContext, forEach } from "../facts/multiply-adds.ts";
import { type RowContext, type RowResult, firstAxisOnly } from "../facts/rows.ts";
import { type Sight, type SightContext, spatially } from "../facts/sight.ts";
import { transposedWindows } from "./transposed-window.ts";
import {
  type ConvAttributes,
  type ConvTransposeAttributes,
  convAttributes,
  convTransposeAttributes,
} from "./window-attributes.ts";
import { readsOfTransposed, readsOfWindow, spatialOf, windowsOf } from "./window.ts";

// Convolutions over any number of spatial axes: x [N, C, ...], weights [M, C / group, ...].

export const convOps: readonly OpDefinition[] = [
  defineOp({
    type: "Conv",
    role: "convolution",
    weights: [null, "kernel", "bias"],
    rows: { rule: convRows },
    sees: convSight,
    multiplyAdds: (c) => convCost(c, 1),
    attributes: convAttributes,
    shape: (context) => [{ type: context.type(0), shape: convDims(context, 1) }],
    gradient: convGradient,
  }),
  defineOp({
    type: "ConvInteger",
    role: "convolution",
    weights: [null, "kernel"],
    rows: "whole",
    sees: convSight,
    multiplyAdds: (c) => convCost(c, 1),
    attributes: convAttributes,
    shape: (context) => [{ type: "int32", shape: convDims(context, 1) }],
    gradient: "unsupported",
  }),
  // x, its scale and zero point, w, its scale and zero point, those of y, bias
  defineOp({
    type: "QLinearConv",
    role: "convolution",
    weights: [null, null, null, "kernel", null, null, null, null, "bias"],
    rows: "whole",
    sees: (c) => convSight(c, 3),
    multiplyAdds: (c) => convCost(c, 3),
    attributes: convAttributes,
    shape: (context) => [{ type: context.type(7), shape: convDims(context, 3) }],
    gradient: "unsupported",
  }),
  defineOp({
    type: "ConvTranspose",
    role: "convolution",
    weights: [null, "kernel", "bias"],
    rows: { rule: firstAxisOnly },
    sees: transposedSight,
    multiplyAdds: (c) => forEach(c.lengths(0), c.lengths(1)?.slice(1)),
    attributes: convTransposeAttributes,
    shape: convTransposeShape,
    gradient: convTransposeGradient,
  }),
  // x, weights, offsets, bias, mask
  defineOp({
    type: "DeformConv",
    role: "convolution",
    weights: [null, "kernel", null, "bias"],
    rows: "whole",
    sees: "all",
    multiplyAdds: (c) => convCost(c, 1),
    attributes: { ...convAttributes, offset_group: attr.int(1) },
    shape: (context) => [{ type: context.type(0), shape: convDims(context, 1) }],
    gradient: "unsupported",
  }),
];

/** Shape of a convolution whose weights are input `w`. */
export function convDims(context: ShapeContext<ConvAttributes>, w: number): Dims {
  const { attributes, shape } = context;
  const [x, weights] = [shape(0), shape(w)];
  const spatial = spatialOf(x);
  const kernel = attributes.kernel_shape ?? kernelOf(weights);
  if (x !== null && weights !== null) {
    if (weights.length !== x.length)
      throw new StriateError(
        `the input ${formatShape(x)} and the weights ${formatShape(weights)} should have equally many axes`,
      );
    const [channels, each] = [x[1], weights[1]];
    if (
      typeof channels === "number" &&
      typeof each === "number" &&
      each * attributes.group !== channels
    )
      throw new StriateError(
        `expected ${counted(each * attributes.group, "input channel")}, got ${channels}`,
      );
  }
  if (x === null || spatial === null) return null;
  const sizes: readonly Dim[] =
    kernel === undefined
      ? spatial.map(() => null)
      : windowsOf(attributes, kernel, spatial).map((window) => window.output);
  return [x[0]!, weights?.[0] ?? null, ...sizes];
}

/** The kernel's lengths, from the shape of the weights; undefined while these are not known. */
function kernelOf(weights: Dims): readonly number[] | undefined {
  const kernel = weights?.slice(2);
  return kernel?.every((length) => typeof length === "number") ? kernel : undefined;
}

function convTransposeShape({
  attributes,
  shape,
  type,
}: ShapeContext<ConvTransposeAttributes>): ValueType[] {
  const [x, weights] = [shape(0), shape(1)];
  const spatial = spatialOf(x);
  if (x === null || spatial === null) return [{ type: type(0), shape: null }];
  const [channels, inputs] = [x[1], weights?.[0]];
  if (typeof channels === "number" && typeof inputs === "number" && inputs !== channels)
    throw new StriateError(`expected ${counted(inputs, "input channel")}, got ${channels}`);
  const each = weights?.[1] ?? null;
  const kernel = attributes.kernel_shape ?? kernelOf(weights);
  const sizes: readonly Dim[] =
    kernel === undefined
      ? spatial.map(() => null)
      : transposedWindows(attributes, kernel, spatial).map((window) => window.input);
  return [
    {
      type: type(0),
      shape: [x[0]!, typeof each === "number" ? each * attributes.group : null, ...sizes],
    },
  ];
}

/** x [N, C, ...] with weights [M, C, ...]: rows in N stay, rows in both C's are summed over. */
function convRows(c: RowContext): RowResult {
  const [x, w, bias] = [c.rows(0), c.rows(1), c.rows(2)];
  if (bias || x?.offset !== undefined) return null;
  if (x && !w) return x.axis === 0 ? [x] : null;
  const group = attribute(c.node, "group", "int", 1);
  const isSum = x && w && x.axis === 1 && w.axis === 1 && x.each === w.each && group === 1;
  return isSum && !c.node.inputs[2] ? "sum" : null;
}

/** What each position of the windows covers. @param w the input that has the weights */
export function convSight(c: SightContext<ConvAttributes>, w = 1): Sight | undefined {
  if (c.sees(w) !== undefined) return "all";
  const spatial = c.shape(0)?.slice(2);
  const kernel = c.attributes.kernel_shape ?? kernelOf(c.shape(w));
  if (spatial === undefined || kernel === undefined) return undefined;
  const windows = windowsOf(c.attributes, kernel, spatial);
  return spatially(c, (axis) => readsOfWindow(windows[axis]!, c.attributes.auto_pad));
}

function transposedSight(c: SightContext<ConvTransposeAttributes>): Sight | undefined {
  if (c.sees(1) !== undefined) return "all";
  const spatial = c.shape(0)?.slice(2);
  const kernel = c.attributes.kernel_shape ?? kernelOf(c.shape(1));
  if (spatial === undefined || kernel === undefined) return undefined;
  const windows = transposedWindows(c.attributes, kernel, spatial);
  return spatially(c, (axis) => readsOfTransposed(windows[axis]!, c.attributes.auto_pad));
}

/** Window times input channels of a group, for each element of the output. */
export const convCost = (c: CostContext<unknown>, w: number): number | null =>
  forEach(c.outputLengths(0), c.lengths(w)?.slice(1));
