import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { formatShape, sizeOf } from "../../base/shape.ts";
import { defineInitializer } from "./define-initializer.ts";

const constantOf = (value: number, shape: readonly number[]) =>
  new Float32Array(sizeOf(shape)).fill(value);

export const zeros = defineInitializer({
  className: "Zeros",
  aliases: ["zero"],
  fields: {},
  fill: (_, shape) => constantOf(0, shape),
});

export const ones = defineInitializer({
  className: "Ones",
  aliases: ["one"],
  fields: {},
  fill: (_, shape) => constantOf(1, shape),
});

export const constant = defineInitializer({
  className: "Constant",
  fields: { value: field.number(0) },
  fill: ({ value }, shape) => constantOf(value, shape),
});

/** `gain` on the diagonal of a matrix, 0 elsewhere. */
export const identity = defineInitializer({
  className: "Identity",
  aliases: ["eye", "IdentityInitializer"],
  fields: { gain: field.number(1) },
  fill({ gain }, shape) {
    const [rows, columns] = shape;
    if (rows === undefined || columns === undefined || shape.length !== 2)
      throw new StriateError(
        `the Identity initializer needs a weight of rank 2, got ${formatShape(shape)}`,
      );
    const data = new Float32Array(rows * columns);
    for (let i = 0; i < Math.min(rows, columns); i++) data[i * columns + i] = gain;
    return data;
  },
});
