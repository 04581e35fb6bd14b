import { StriateError } from "../../base/errors.ts";
import { nearestNames } from "../../base/names.ts";
import type { Head } from "./head.ts";

/** The class that a name or a number means. Labels come first: digits are the labels of some networks. */
export function findClass(head: Head, labels: readonly string[] | undefined, name: string): number {
  const found = placesOf(labels ?? [], name);
  if (found.length === 1) return found[0]!;
  if (found.length > 1)
    throw new StriateError(
      `class "${name}": classes ${found.slice(0, 4).join(" and ")} have this name; give the number`,
    );
  const number = /^(?:class )?(\d+)$/.exec(name)?.[1];
  const { classes } = head;
  if (number !== undefined && (classes === undefined || Number(number) < classes))
    return Number(number);
  if (number !== undefined)
    throw new StriateError(
      `class ${number}: output "${head.port.name}" tells ${classes} classes apart, from 0 to ${classes! - 1}`,
    );
  if (labels === undefined)
    throw new StriateError(
      `class "${name}": the names of the classes are not known; give the number` +
        `${classes === undefined ? "" : `, from 0 to ${classes - 1}`}, or the names (labels)`,
    );
  throw new StriateError(
    `class "${name}" is not among the ${labels.length}; nearest: ${nearestNames(name, labels).join(", ")}`,
  );
}

/** Where a name stands; in any case of letters where it stands nowhere as it is. */
function placesOf(labels: readonly string[], name: string): number[] {
  const places = (fits: (label: string) => boolean) =>
    labels.flatMap((label, i) => (fits(label) ? [i] : []));
  const exact = places((label) => label === name);
  return exact.length > 0 ? exact : places((label) => label.toLowerCase() === name.toLowerCase());
}

/**
 * The two classes of `dog-cat`. Names may have hyphens themselves: every hyphen is tried.
 *
 * @throws StriateError where none of them, or more than one, parts two names of classes
 */
export function findTwoClasses(
  head: Head,
  labels: readonly string[] | undefined,
  names: string,
): [number, number] {
  const splits = [...names.matchAll(/-/g)].map(({ index }) => [
    names.slice(0, index).trim(),
    names.slice(index + 1).trim(),
  ]);
  const find = (name: string) => {
    try {
      return findClass(head, labels, name);
    } catch (error) {
      return error as StriateError;
    }
  };
  const tried = splits.map(([first = "", second = ""]) => [find(first), find(second)] as const);
  const found = tried.filter((pair): pair is [number, number] =>
    pair.every((one) => typeof one === "number"),
  );
  if (found.length === 1) return found[0]!;
  if (found.length > 1)
    throw new StriateError(
      `difference "${names}" can be read in ${found.length} ways; give the numbers: ${found
        .map((pair) => pair.join("-"))
        .join(" or ")}`,
    );
  // The split of which one name is known says best what is wrong with the other.
  const near = tried.find((pair) => pair.some((one) => typeof one === "number")) ?? tried[0]!;
  const wrong = near.find((one) => typeof one !== "number") as StriateError;
  throw new StriateError(`difference "${names}": ${wrong.message}`, { cause: wrong });
}
