import { StriateError } from "../../base/errors.ts";

/** What a training was started with, by the words in which it is told: JSON. */
export type TrainingFacts = Readonly<Record<string, string | number | boolean | null>>;

/** The fact that may change when a training goes back to where it had not diverged yet. */
export const rateFact = "learning rate";

/** What differs between two trainings, as sentences; facts that one of them does not tell are left out. */
export function differences(
  before: Readonly<Record<string, unknown>>,
  now: TrainingFacts,
): { name: string; words: string }[] {
  return Object.entries(now)
    .filter(([name, value]) => before[name] !== undefined && before[name] !== value)
    .map(([name, value]) => ({ name, words: sentence(name, before[name], value) }));
}

const sentence = (name: string, before: unknown, now: unknown): string =>
  isDigest(before) && isDigest(now)
    ? `other ${name} than now`
    : `${name} ${words(before)}, now it is ${words(now)}`;

const words = (value: unknown): string =>
  value === null ? "by default" : value === "" ? "none" : String(value);

const isDigest = (value: unknown): boolean =>
  typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

/**
 * @param found what differs
 * @throws StriateError that says all of it
 */
export function refuseOther(found: readonly { words: string }[]): void {
  if (found.length === 0) return;
  throw new StriateError(
    `the training was begun with ${found.map(({ words }) => words).join("; with ")}; use the same to go on, ` +
      `or --force to go on all the same, or leave --resume out`,
  );
}
