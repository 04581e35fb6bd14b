import { StriateError } from "../../../base/errors.ts";
import type { TfContext, TfValue } from "../../tensorflow/define-op.ts";
import { layoutOf, windowOf } from "../../tensorflow/ops/window.ts";
import { transposedWindow } from "../../tensorflow/ops/conv.ts";
import type { TfAttribute } from "../../tensorflow/graph-def.ts";
import { type TfliteOp, as, fused, window } from "../define-op.ts";

/** Lengths of a kernel, input `i`, of four axes. */
function kernelOf({ input, shape }: TfContext, i: number): [number, number, number, number] {
  const lengths = shape(input(i));
  if (lengths.length === 4 && lengths.every((n) => typeof n === "number" && n > 0))
    return lengths as [number, number, number, number];
  throw new StriateError("expected a kernel of four axes");
}

function channelsOf({ shape }: TfContext, x: TfValue): number {
  const channels = shape(x)[3];
  if (typeof channels === "number" && channels > 0) return channels;
  throw new StriateError("expected a picture of four axes with a known number of channels");
}

/** The operands of a convolution: picture, kernel and, where there is one, bias. */
function operands({ inputs, weight }: TfContext, picture: string, kernel: string): string[] {
  return inputs.length > 2 ? [picture, kernel, weight(2, "bias")] : [picture, kernel];
}

/** A kernel is (out, height, width, in). */
const convolution: TfliteOp = {
  ops: "CONV_2D",
  kind: "convolution",
  options: (o) => ({
    ...window(o.byte(0), [o.int(2), o.int(1)], { dilations: [o.int(5, 1), o.int(4, 1)] }),
    ...fused(o, 3),
  }),
  lower(context) {
    const { b, node, input, arrange, weight } = context;
    const x = input(0);
    const [out, height, width, each] = kernelOf(context, 1);
    const group = channelsOf(context, x) / each;
    if (!Number.isInteger(group) || out % group !== 0)
      throw new StriateError(
        `expected a kernel for ${channelsOf(context, x)} channels, got one for ${each}`,
      );
    const layout = layoutOf(context, 4);
    const kernel = weight(1, "kernel", [0, 3, 1, 2]);
    const inputs = operands(context, arrange(x, layout.order), kernel);
    const attributes = windowOf(context, x, layout, [height, width]);
    const groups = group > 1 ? { group } : {};
    const value = b.op("Conv", inputs, { ...attributes, ...groups }, { name: node.name });
    return { value, order: layout.order };
  },
};

/** A kernel is (1, height, width, channels x multiplier). */
const depthwise: TfliteOp = {
  ops: "DEPTHWISE_CONV_2D",
  kind: "convolution",
  options: (o) => ({
    ...window(o.byte(0), [o.int(2), o.int(1)], { dilations: [o.int(6, 1), o.int(5, 1)] }),
    ...fused(o, 4),
  }),
  lower(context) {
    const { b, node, input, arrange, weight } = context;
    const x = input(0);
    const [one, height, width, out] = kernelOf(context, 1);
    const group = channelsOf(context, x);
    if (one !== 1 || out % group !== 0)
      throw new StriateError(`expected a kernel for each of ${group} channels, got ${out}`);
    const layout = layoutOf(context, 4);
    const kernel = weight(1, "depthwise_kernel", [3, 0, 1, 2]);
    const inputs = operands(context, arrange(x, layout.order), kernel);
    const attributes = windowOf(context, x, layout, [height, width]);
    const value = b.op("Conv", inputs, { ...attributes, group }, { name: node.name });
    return { value, order: layout.order };
  },
};

/** Inputs are the output's shape, a kernel (out, height, width, in), and the picture. */
const transposed: TfliteOp = {
  ops: "TRANSPOSE_CONV",
  kind: "convolution",
  options: (o) => ({ ...window(o.byte(0), [o.int(2), o.int(1)]), ...fused(o, 3) }),
  lower(context) {
    const { b, node, input, inputs, arrange, weight } = context;
    const x = input(2);
    const [, height, width] = kernelOf(context, 1);
    const layout = layoutOf(context, 4);
    const values = [arrange(x, layout.order), weight(1, "kernel", [3, 0, 1, 2])];
    if (inputs.length > 3) values.push(weight(3, "bias"));
    const attributes = transposedWindow(context, layout, [height, width]);
    const value = b.op("ConvTranspose", values, attributes, { name: node.name });
    return { value, order: layout.order };
  },
};

const all = (depth: number, height: number, width: number): TfAttribute => ({
  list: { i: [1, depth, height, width, 1] },
});

const volumeOptions: NonNullable<TfliteOp["options"]> = (o) => ({
  padding: { s: o.byte(0) === 0 ? "SAME" : "VALID" },
  strides: all(o.int(1), o.int(3), o.int(2)),
  dilations: all(o.int(5, 1), o.int(7, 1), o.int(6, 1)),
  ...fused(o, 4),
});

const withBias = (context: TfContext, made: TfValue, at: number): TfValue => {
  if (context.inputs.length <= at) return made;
  const { b } = context;
  const value = b.op("Reshape", [context.weight(at, "bias"), b.i64([-1, 1, 1, 1])]);
  return { value: b.op("Add", [made.value!, value]), order: made.order };
};

/** A kernel is (depth, height, width, in, out), as TensorFlow's. */
const volume: TfliteOp = {
  ops: "CONV_3D",
  kind: "convolution",
  options: volumeOptions,
  lower(context) {
    return withBias(context, as("Conv3D")(context) as TfValue, 2);
  },
};

/** Inputs are the output's shape, a kernel (depth, height, width, out, in), and the volume. */
const transposedVolume: TfliteOp = {
  ops: "CONV_3D_TRANSPOSE",
  kind: "convolution",
  options: volumeOptions,
  lower: (context) => withBias(context, as("Conv3DBackpropInputV2")(context) as TfValue, 3),
};

export const convOps: readonly TfliteOp[] = [
  convolution,
  depthwise,
  transposed,
  volume,
  transposedVolume,
];
