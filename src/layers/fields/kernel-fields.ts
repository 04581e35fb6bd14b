import { field } from "../../base/fields.ts";
import { activationField } from "./activation-field.ts";
import type { WeightSpec } from "../define-layer.ts";
import { constraintField, initializerField, regularizerField } from "./trained-fields.ts";

/** Fields of kernels and biases whose layer has no activation of its own. */
export const projectionFields = {
  use_bias: field.boolean(true),
  kernel_initializer: initializerField("glorot_uniform"),
  bias_initializer: initializerField("zeros"),
  kernel_regularizer: regularizerField(),
  bias_regularizer: regularizerField(),
  activity_regularizer: regularizerField(),
  kernel_constraint: constraintField(),
  bias_constraint: constraintField(),
};

/** Fields of every layer with a kernel and a bias. */
export const kernelFields = { activation: activationField(), ...projectionFields };

type Config = Readonly<Record<string, unknown>> & { readonly trainable: boolean };

/**
 * Declares a trained weight whose initializer, regularizer and constraint stand in the configuration
 * under the weight's own name: `kernel` has `kernel_initializer`.
 */
export function trainedWeight(
  name: string,
  shape: readonly number[],
  config: Config,
  layout: Pick<WeightSpec, "order" | "graphShape" | "holder"> & { key?: string } = {},
): WeightSpec {
  const { key = name, ...rest } = layout;
  return {
    name,
    shape,
    trainable: config.trainable,
    initializer: config[`${key}_initializer`],
    regularizer: config[`${key}_regularizer`],
    constraint: config[`${key}_constraint`],
    ...rest,
  };
}

/** The kernel, and the bias where the layer has one. */
export function kernelAndBias(
  config: Config & { readonly use_bias: boolean },
  shape: readonly number[],
  units: number,
  order?: readonly number[],
): WeightSpec[] {
  const kernel = trainedWeight("kernel", shape, config, order && { order });
  return config.use_bias ? [kernel, trainedWeight("bias", [units], config)] : [kernel];
}
