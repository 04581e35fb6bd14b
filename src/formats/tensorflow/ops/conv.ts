import { StriateError } from "../../../base/errors.ts";
import { formatShape } from "../../../base/shape.ts";
import { type AttributeInput, float } from "../../../graph/attributes.ts";
import type { TfContext, TfOp, TfValue } from "../define-op.ts";
import { fusedActivation } from "./activation.ts";
import { type TfLayout, layoutOf, windowOf } from "./window.ts";

/** A kernel's axes with its last two in front, in reverse: (...space, in, out) as (out, in, ...space). */
const kernelOrder = (rank: number): number[] => [
  rank - 1,
  rank - 2,
  ...Array.from({ length: rank - 2 }, (_, axis) => axis),
];

/** The shape of the kernel, input 1, which must have as many axes as the picture. */
function kernelOf(context: TfContext, x: TfValue): number[] {
  const shape = context.shape(context.input(1));
  const rank = context.rank(x);
  if (rank < 3 || shape.length !== rank)
    throw new StriateError(
      `expected a picture and a kernel with as many axes, got ${rank} and ${shape.length}`,
    );
  return shape.map((length) => {
    if (typeof length !== "number" || length < 1)
      throw new StriateError(`the kernel's shape ${formatShape(shape)} cannot be`);
    return length;
  });
}

/** Conv2D and Conv3D; the fused forms add a bias or a batch norm and an activation. */
const convolution: TfOp = {
  ops: "Conv2D Conv3D _FusedConv2D FusedConv2D",
  kind: "convolution",
  lower(context) {
    const { input, rank, arrange, weight } = context;
    const x = input(0);
    const layout = layoutOf(context, rank(x));
    const kernel = kernelOf(context, x);
    const channels = context.shape(x)[layout.channelsFirst ? 1 : layout.order.length - 1];
    const inputs = [arrange(x, layout.order), weight(1, "kernel", kernelOrder(kernel.length))];
    const window = windowOf(context, x, layout, kernel.slice(0, -2));
    const groups = typeof channels === "number" ? channels / kernel.at(-2)! : 1;
    if (!Number.isInteger(groups) || kernel.at(-1)! % groups !== 0)
      throw new StriateError(
        `expected a kernel for ${channels} channels, got one for ${kernel.at(-2)}`,
      );
    return finish(
      context,
      layout.order,
      inputs,
      groups > 1 ? { ...window, group: groups } : window,
    );
  },
};

/** One kernel (height, width) for each channel and multiplier. */
const depthwise: TfOp = {
  ops: "DepthwiseConv2dNative FusedDepthwiseConv2dNative",
  kind: "convolution",
  lower(context) {
    const { input, rank, arrange, weight } = context;
    const x = input(0);
    const layout = layoutOf(context, rank(x));
    const [height = 0, width = 0, channels = 0, multiplier = 0] = kernelOf(context, x);
    const shape = [channels * multiplier, 1, height, width];
    const inputs = [arrange(x, layout.order), weight(1, "depthwise_kernel", [2, 3, 0, 1], shape)];
    const window = windowOf(context, x, layout, [height, width]);
    return finish(context, layout.order, inputs, { ...window, group: channels });
  },
};

/** Writes the convolution and what is fused with it. */
function finish(
  context: TfContext,
  order: readonly number[],
  inputs: string[],
  attributes: Parameters<TfContext["b"]["op"]>[2],
): TfValue {
  const { b, node, weight, preActivation } = context;
  const fused = [...context.attributes.texts("fused_ops")];
  const options = { name: node.name };
  if (fused[0] === "BiasAdd") {
    fused.shift();
    inputs.push(weight(2, "bias"));
  }
  let value = b.op("Conv", inputs, attributes, fused.length > 0 ? {} : options);
  if (fused[0] === "FusedBatchNorm") {
    fused.shift();
    const statistics = ["gamma", "beta", "moving_mean", "moving_variance"].map((name, i) =>
      weight(2 + i, name),
    );
    const epsilon = float(context.attributes.real("epsilon", 1e-4));
    value = b.op("BatchNormalization", [value, ...statistics], { epsilon });
  }
  const [activation] = fused;
  if (activation === undefined) return { value, order };
  preActivation({ value, order }, activation.toLowerCase());
  if (activation !== "Prelu")
    return { value: fusedActivation(b, value, activation, context.attributes), order };
  // The slope is one number a channel, and comes behind the bias.
  const slope = context.shape(context.input(3)).at(-1) as number;
  const alpha = weight(3, "alpha", undefined, [slope, ...order.slice(2).map(() => 1)]);
  return { value: b.op("PRelu", [value, alpha]), order };
}

/** The gradient of a convolution by its input, which is what a transposed convolution is. */
const transposed: TfOp = {
  ops: "Conv2DBackpropInput Conv3DBackpropInputV2",
  kind: "convolution",
  lower(context) {
    const { b, node, input, rank, arrange, weight } = context;
    const x = input(2);
    const layout = layoutOf(context, rank(x));
    const kernel = kernelOf(context, x);
    // (...space, out, in) for the transposed one: ONNX wants (in, out, ...space).
    const inputs = [arrange(x, layout.order), weight(1, "kernel", kernelOrder(kernel.length))];
    const attributes = transposedWindow(context, layout, kernel.slice(0, -2));
    const value = b.op("ConvTranspose", inputs, attributes, { name: node.name });
    return { value, order: layout.order };
  },
};

/**
 * The attributes of a transposed convolution whose input 0 says the lengths of the output. Where they
 * are not known, they are what a layer makes, whatever the length of the input: `in * stride` with
 * "same", `(in - 1) * stride + max(kernel, stride)` with "valid".
 */
export function transposedWindow(
  { attributes, lengths }: TfContext,
  layout: TfLayout,
  kernel: readonly number[],
): Record<string, AttributeInput | undefined> {
  const sizes = lengths(0);
  const target = layout.space.map((axis) => sizes[axis] ?? null);
  const strides = layout.space.map((axis) => attributes.ints("strides")[axis] ?? 1);
  const window = { kernel_shape: kernel, strides };
  const same = attributes.text("padding", "VALID") === "SAME";
  if (target.every((length) => typeof length === "number"))
    return { ...window, output_shape: target, auto_pad: same ? "SAME_UPPER" : undefined };
  const cuts = kernel.map((length, i) => length - strides[i]!);
  const pads = cuts.map((cut) => (same ? Math.max(cut, 0) : 0));
  return {
    ...window,
    pads: [...pads.map((pad) => Math.floor(pad / 2)), ...pads.map((pad) => Math.ceil(pad / 2))],
    output_padding: cuts.map((cut) => Math.max(-cut, 0)),
  };
}

export const convOps: readonly TfOp[] = [convolution, depthwise, transposed];
