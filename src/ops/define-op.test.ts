import { describe, expectTypeOf, it } from "vitest";
import type { OpDefinition } from "./define-op.ts";

/** The fields that a record cannot be without. */
type Required<T> = { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T];

// `npm run types` holds these: a fact that became optional would be forgotten of a new op in silence.
describe("an op without its facts does not compile", () => {
  it("shape, gradient, role, weights, rows, sight and cost are required", () => {
    expectTypeOf<Required<OpDefinition>>().toEqualTypeOf<
      "type" | "shape" | "gradient" | "role" | "weights" | "rows" | "sees" | "multiplyAdds"
    >();
  });
});
