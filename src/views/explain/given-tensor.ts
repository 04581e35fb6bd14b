import { type Field, describe } from "../../base/fields.ts";
import { StriateError } from "../../base/errors.ts";
import { type Tensor, reshape, toFloat32 } from "../../base/tensor.ts";
import { transpose } from "../../base/transpose.ts";
import type { InputGradient } from "./input-gradient.ts";

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

/**
 * Variants of the input that the caller gives with the channels last, one after the other in the input's own
 * layout. One alone may stand without the axis of the variants.
 *
 * @param what they are, for the message
 */
export function asInputs(
  given: Tensor,
  { input, values: { shape } }: InputGradient,
  what: string,
): Float32Array {
  const all = given.shape.length === shape.length ? reshape(given, [1, ...given.shape]) : given;
  const rank = shape.length + 1;
  if (all.shape.length !== rank || shape.some((n, i) => n !== all.shape[i + 1]))
    throw new StriateError(
      `${what} should be (${shape.join(", ")}), or several of these, got (${given.shape.join(", ")})`,
    );
  const back = [...Array(rank).keys()].filter((axis) => axis !== rank - 1);
  back.splice(input.channels, 0, rank - 1);
  return toFloat32(transpose(all, back)).data;
}

const isTensor = (value: unknown): value is Tensor =>
  typeof value === "object" &&
  value !== null &&
  "shape" in value &&
  "data" in value &&
  "type" in value;
