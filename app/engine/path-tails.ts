/**
 * Things by their paths, and by what is left of a path without the folders at its top: `photos/train/cat/1.jpg` is
 * `train/cat/1.jpg` in a set, whatever stands around it. The first of several keeps a name.
 */
export function byPathTails<T>(
  things: Iterable<readonly [path: string, thing: T]>,
): Map<string, T> {
  const found = new Map<string, T>();
  for (const [path, thing] of things)
    for (let rest = path; ; rest = rest.slice(rest.indexOf("/") + 1)) {
      if (!found.has(rest)) found.set(rest, thing);
      if (!rest.includes("/")) break;
    }
  return found;
}
