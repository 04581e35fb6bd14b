import { UnsupportedError } from "../../../base/errors.ts";
import type { AttributeInput } from "../../../graph/attributes.ts";
import { windowAttributes } from "../../../layers/fields/windows.ts";
import type { TfContext, TfValue } from "../define-op.ts";

/** Where the channels lie, and the orders that follow. */
export interface TfLayout {
  channelsFirst: boolean;
  /** The order that puts TensorFlow's tensor into the graph's layout. */
  order: readonly number[];
  /** TensorFlow's numbers of the spatial axes. */
  space: readonly number[];
}

export function layoutOf({ attributes }: Pick<TfContext, "attributes">, rank: number): TfLayout {
  const channelsFirst = /^NC/.test(attributes.text("data_format", "NHWC"));
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return channelsFirst
    ? { channelsFirst, order: axes, space: axes.slice(2) }
    : { channelsFirst, order: [0, rank - 1, ...axes.slice(1, -1)], space: axes.slice(1, -1) };
}

/** The ONNX attributes of a window whose settings TensorFlow gives for every axis of the tensor. */
export function windowOf(
  context: TfContext,
  x: TfValue,
  layout: TfLayout,
  kernel: readonly number[],
  steps?: readonly number[],
): Record<string, AttributeInput | undefined> {
  const { attributes } = context;
  const perAxis = (name: string, given?: readonly number[]) => {
    const list = given ?? attributes.ints(name);
    return layout.space.map((axis) => list[axis] ?? 1);
  };
  const padding = attributes.text("padding", "VALID").toLowerCase();
  const window = { kernel, strides: perAxis("strides", steps), dilation: perAxis("dilations") };
  if (padding === "explicit") {
    const list = attributes.ints("explicit_paddings");
    const sides = [0, 1].flatMap((side) => layout.space.map((axis) => list[2 * axis + side] ?? 0));
    return { ...windowAttributes([], { ...window, padding: "valid" }), pads: sides };
  }
  if (padding !== "same" && padding !== "valid")
    throw new UnsupportedError(`padding "${padding}" is not known`);
  const shape = context.shape(x);
  const space = layout.space.map((axis) => {
    const length = shape[axis];
    return typeof length === "number" ? length : null;
  });
  return windowAttributes(space, { ...window, padding });
}
