import { StriateError } from "../../base/errors.ts";
import type { Port } from "../../model/network.ts";

/** One for the only output, a list in the order of the outputs, or a record by output name. */
export type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

/**
 * Sorts a choice by output.
 *
 * @param what it is a choice of, for messages: `loss`
 * @throws StriateError where it is for other outputs than the model has
 */
export function perOutput<T>(
  choice: PerOutput<T> | undefined,
  ports: readonly Port[],
  what: string,
): (T | undefined)[] {
  if (choice === undefined) return ports.map(() => undefined);
  if (Array.isArray(choice)) {
    if (choice.length !== ports.length)
      throw new StriateError(
        `expected a ${what} for each of the ${ports.length} outputs, got ${choice.length}`,
      );
    return choice as T[];
  }
  if (typeof choice === "object" && choice !== null && !("class_name" in choice)) {
    const record = choice as Readonly<Record<string, T>>;
    const names = ports.map((port) => port.name);
    const wrong = Object.keys(record).find((name) => !names.includes(name));
    if (wrong !== undefined)
      throw new StriateError(
        `${what} for "${wrong}": the model has no such output; its outputs are ${names.join(", ")}`,
      );
    return names.map((name) => record[name]);
  }
  if (ports.length > 1)
    throw new StriateError(
      `the model has ${ports.length} outputs; give a ${what} for each: ${ports.map((port) => port.name).join(", ")}`,
    );
  return [choice as T];
}
