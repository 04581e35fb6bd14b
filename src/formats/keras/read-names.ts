import type { Hdf5Dataset, Hdf5Group } from "../hdf5/hdf5-file.ts";

/**
 * A list of names in an attribute. HDF5 holds at most 64 kB of them in one; Keras cuts longer lists
 * into `name0`, `name1`, ..., which are joined by their numbers: 10 comes after 9.
 *
 * @returns undefined where there is no such attribute
 */
export function readNames(object: Hdf5Group | Hdf5Dataset, name: string): string[] | undefined {
  const whole = object.attribute(name);
  if (whole !== undefined) return asNames(whole);
  const parts = object
    .attributeNames()
    .filter((candidate) => candidate.startsWith(name) && /^\d+$/.test(candidate.slice(name.length)))
    .sort((a, b) => Number(a.slice(name.length)) - Number(b.slice(name.length)));
  if (parts.length === 0) return undefined;
  return parts.flatMap((part) => asNames(object.attribute(part)));
}

/** An empty list may have the type of numbers. */
function asNames(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
