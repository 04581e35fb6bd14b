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
  options: T | undefined,
  names: OptionNames<T>,
): void {
  for (const [given, value] of Object.entries(options ?? {}))
    if (value !== undefined && !Object.hasOwn(names, given))
      throw new StriateError(`${fn}: ${unknownOption(given, Object.keys(names))}`);
}

/** What is said of an option that there is not. */
export const unknownOption = (given: string, names: Iterable<string>): string =>
  `unknown option "${given}"; nearest: ${nearestNames(given, names).join(", ")}`;
