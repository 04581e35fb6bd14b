import { fail } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import type { KerasShape } from "../define-layer.ts";

/** Where the channels of pictures lie. */
export type DataFormat = "channels_last" | "channels_first";

export const dataFormatField = field.nullable(field.choice(["channels_last", "channels_first"]));

/** The axis order that puts a tensor of `rank` in the graph's layout: batch, channels, space. */
export function graphOrder(rank: number, format: DataFormat | null): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return format === "channels_first" || rank < 3 ? axes : [0, rank - 1, ...axes.slice(1, -1)];
}

/** Batch, channels and spatial lengths of a Keras shape. */
export function splitShape(shape: KerasShape, format: DataFormat | null) {
  const first = format === "channels_first";
  return {
    batch: shape[0] ?? null,
    channels: (first ? shape[1] : shape.at(-1)) ?? null,
    space: first ? shape.slice(2) : shape.slice(1, -1),
  };
}

/** The number of channels, which the weights of most layers need. */
export function knownChannels(shape: KerasShape, format: DataFormat | null): number {
  const { channels } = splitShape(shape, format);
  return channels ?? fail("the number of input channels is not known");
}

/** The inverse of {@link splitShape}. */
export function joinShape(
  batch: number | null,
  channels: number | null,
  space: KerasShape,
  format: DataFormat | null,
): KerasShape {
  return format === "channels_first" ? [batch, channels, ...space] : [batch, ...space, channels];
}
