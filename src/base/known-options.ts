import { StriateError } from "./errors.ts";
import { nearestNames } from "./names.ts";

/** The names of all options of a kind, of which the compiler sees that none is missing. */
export type OptionNames<T> = Readonly<Record<keyof Required<T>, true>>;

/**
 * An option that nobody knows is a slip of who writes plain JavaScript: it would be passed over in silence.
 *
 * @param fn the function's name
 * @throws StriateError `readImage: unknown option "sise"; nearest: size`
 */
export function knownOptions<T extends object>(
  fn: string,
  options: T,
  names: OptionNames<T>,
): void {
  for (const given of Object.keys(options))
    if (!Object.hasOwn(names, given))
      throw new StriateError(
        `${fn}: unknown option "${given}"; nearest: ${nearestNames(given, Object.keys(names)).join(", ")}`,
      );
}
