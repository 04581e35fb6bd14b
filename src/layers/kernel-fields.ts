import { field } from "../base/fields.ts";

/** Fields of every layer with a kernel and a bias. */
export const kernelFields = {
  activation: field.json(),
  use_bias: field.boolean(true),
  kernel_initializer: field.json("glorot_uniform"),
  bias_initializer: field.json("zeros"),
  kernel_regularizer: field.json(),
  bias_regularizer: field.json(),
  activity_regularizer: field.json(),
  kernel_constraint: field.json(),
  bias_constraint: field.json(),
};
