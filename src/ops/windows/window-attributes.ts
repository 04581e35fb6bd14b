import { type AttributeValues, attr } from "../define-op.ts";

/** The attributes of pools. */
export const poolAttributes = {
  auto_pad: attr.string("NOTSET"),
  ceil_mode: attr.int(0),
  dilations: attr.ints(),
  kernel_shape: attr.ints(),
  pads: attr.ints(),
  strides: attr.ints(),
};
export type PoolAttributes = AttributeValues<typeof poolAttributes>;

/** The attributes of convolutions. */
export const convAttributes = {
  auto_pad: attr.string("NOTSET"),
  dilations: attr.ints(),
  group: attr.int(1),
  kernel_shape: attr.ints(),
  pads: attr.ints(),
  strides: attr.ints(),
};
export type ConvAttributes = AttributeValues<typeof convAttributes>;

/** Those of transposed convolutions. */
export const convTransposeAttributes = {
  ...convAttributes,
  output_padding: attr.ints(),
  output_shape: attr.ints(),
};
export type ConvTransposeAttributes = AttributeValues<typeof convTransposeAttributes>;
