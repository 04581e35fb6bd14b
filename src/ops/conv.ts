import { StriateError } from "../base/errors.ts";
import { formatShape } from "../base/shape.ts";
import type { Dim, ValueType } from "../graph/graph.ts";
import { convGradient, convTransposeGradient } from "./conv-gradient.ts";
import { attr, defineOp, type OpDefinition, type ShapeContext } from "./define-op.ts";
import type { Dims } from "./dims.ts";
import { transposedWindows } from "./transposed-window.ts";
import {
  type ConvAttributes,
  type ConvTransposeAttributes,
  convAttributes,
  convTransposeAttributes,
} from "./window-attributes.ts";
import { spatialOf, windowsOf } from "./window.ts";

// Convolutions over any number of spatial axes: x [N, C, ...], weights [M, C / group, ...].

export const convOps: readonly OpDefinition[] = [
  defineOp({
    type: "Conv",
    attributes: convAttributes,
    shape: (context) => [{ type: context.type(0), shape: convDims(context, 1) }],
    gradient: convGradient,
  }),
  defineOp({
    type: "ConvInteger",
    attributes: convAttributes,
    shape: (context) => [{ type: "int32", shape: convDims(context, 1) }],
    gradient: "unsupported",
  }),
  // x, its scale and zero point, w, its scale and zero point, those of y, bias
  defineOp({
    type: "QLinearConv",
    attributes: convAttributes,
    shape: (context) => [{ type: context.type(7), shape: convDims(context, 3) }],
    gradient: "unsupported",
  }),
  defineOp({
    type: "ConvTranspose",
    attributes: convTransposeAttributes,
    shape: convTransposeShape,
    gradient: convTransposeGradient,
  }),
  // x, weights, offsets, bias, mask
  defineOp({
    type: "DeformConv",
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
      throw new StriateError(`expected ${each * attributes.group} input channels, got ${channels}`);
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
    throw new StriateError(`expected ${inputs} input channels, got ${channels}`);
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
