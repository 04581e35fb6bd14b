import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { commonFields } from "../define-layer.ts";
import { constraintField, initializerField, regularizerField } from "../fields/trained-fields.ts";

/** Fields of what happens at one step: of a cell, and of the layer that is named after it. */
export const cellFields = {
  use_bias: field.boolean(true),
  kernel_initializer: initializerField("glorot_uniform"),
  recurrent_initializer: initializerField("orthogonal"),
  bias_initializer: initializerField("zeros"),
  kernel_regularizer: regularizerField(),
  recurrent_regularizer: regularizerField(),
  bias_regularizer: regularizerField(),
  kernel_constraint: constraintField(),
  recurrent_constraint: constraintField(),
  bias_constraint: constraintField(),
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
