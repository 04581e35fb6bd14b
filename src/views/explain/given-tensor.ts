import { type Field, describe } from "../../base/fields.ts";
import { StriateError } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";

/** A tensor that the caller may give in place of random numbers: on the command line an `.npy` file. */
export function tensorField(help: string): Field<Tensor | null> & { readonly required: false } {
  return {
    kind: "tensor",
    required: false,
    fallback: null,
    help,
    parse(value) {
      if (value === null || isTensor(value)) return value;
      throw new StriateError(`expected a tensor, got ${describe(value)}`);
    },
  };
}

const isTensor = (value: unknown): value is Tensor =>
  typeof value === "object" &&
  value !== null &&
  "shape" in value &&
  "data" in value &&
  "type" in value;
