import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { commonFields } from "../define-layer.ts";

/** Fields of what happens at one step: of a cell, and of the layer that is named after it. */
export const cellFields = {
  use_bias: field.boolean(true),
  kernel_initializer: field.json("glorot_uniform"),
  recurrent_initializer: field.json("orthogonal"),
  bias_initializer: field.json("zeros"),
  kernel_regularizer: field.json(),
  recurrent_regularizer: field.json(),
  bias_regularizer: field.json(),
  kernel_constraint: field.json(),
  recurrent_constraint: field.json(),
  bias_constraint: field.json(),
  dropout: field.number(0, { min: 0, max: 1 }),
  recurrent_dropout: field.number(0, { min: 0, max: 1 }),
  seed: field.json(),
};

/** Fields of the walk over the steps. */
export const sequenceFields = {
  ...commonFields,
  return_sequences: field.boolean(false),
  return_state: field.boolean(false),
  go_backwards: field.boolean(false),
  stateful: field.boolean(false),
  unroll: field.boolean(false),
  zero_output_for_mask: field.boolean(false),
};

export interface SequenceConfig {
  stateful: boolean;
  return_sequences: boolean;
  return_state: boolean;
  go_backwards: boolean;
  zero_output_for_mask: boolean;
}

/** States that go on from one batch to the next would be lost in silence. */
export function refuseStateful(
  { stateful }: Pick<SequenceConfig, "stateful">,
  training: boolean,
): void {
  if (training && stateful)
    throw new StriateError(
      "carries its states from one batch to the next, which is not trained; set stateful to false",
    );
}
