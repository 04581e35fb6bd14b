import { type Field, field } from "../../base/fields.ts";
import { type ConstraintOption, checkConstraint } from "../../training/constraints.ts";
import { type InitializerOption, parseInitializer } from "../../training/initializers/index.ts";
import { type RegularizerOption, parseRegularizer } from "../../training/regularizers.ts";

// How weights begin and what holds them. A file may name what is not known, and is read all the same; who writes a
// layer hears of it at once.

type Optional<T> = Field<T> & { readonly required: false };

const named = <T>(fallback: T, written: (value: unknown) => unknown) =>
  ({ ...field.json(fallback), written }) as Optional<T>;

export const initializerField = (fallback: InitializerOption): Optional<InitializerOption> =>
  named(fallback, parseInitializer);

export const regularizerField = (): Optional<RegularizerOption> =>
  named<RegularizerOption>(null, parseRegularizer);

export const constraintField = (): Optional<ConstraintOption> =>
  named<ConstraintOption>(null, checkConstraint);
