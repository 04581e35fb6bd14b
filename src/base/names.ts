import { StriateError } from "./errors.ts";

/** The names nearest to `wanted` by edit distance, best first, for "did you mean". */
export function nearestNames(wanted: string, names: Iterable<string>, count = 3): string[] {
  const lower = wanted.toLowerCase();
  const scored = [...new Set(names)].map((name) => {
    const candidate = name.toLowerCase();
    const distance = editDistance(lower, candidate);
    return { name, distance: candidate.includes(lower) ? Math.min(distance, 2) : distance };
  });
  return scored
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map((entry) => entry.name);
}

/** Levenshtein distance: the fewest insertions, deletions and replacements. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length]!;
}

/** A glob as a regular expression: `*` any run of characters (also `/`), `?` any one. */
export function globToRegExp(glob: string): RegExp {
  const escaped = glob
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  // Brackets stay literal: `conv[0]` is an address.
  return new RegExp(`^${escaped.replace(/\[/g, "\\[").replace(/\]/g, "\\]")}$`, "u");
}

/**
 * Picks names as a person types them: an exact name, a glob, a unique prefix, or a comma-separated
 * list of these. Keeps the order of `names`. A wrong one gets the nearest names in the message.
 *
 * @param kind what is being named, for the message: `layer`
 */
export function selectNames(pattern: string, names: readonly string[], kind: string): string[] {
  const chosen = new Set<string>();
  if (names.includes(pattern)) return [pattern];
  for (const part of pattern.split(",").map((piece) => piece.trim())) {
    if (part === "") continue;
    for (const name of selectOne(part, names, kind)) chosen.add(name);
  }
  return names.filter((name) => chosen.has(name));
}

function selectOne(part: string, names: readonly string[], kind: string): string[] {
  if (part === "all") return [...names];
  if (names.includes(part)) return [part];
  const found = /[*?]/.test(part)
    ? names.filter((name) => globToRegExp(part).test(name))
    : names.filter((name) => name.startsWith(part));
  if (/[*?]/.test(part) ? found.length > 0 : found.length === 1) return found;
  if (found.length > 1)
    throw new StriateError(
      `${kind} "${part}" is not unique: it begins ${found.slice(0, 6).join(", ")}` +
        `${found.length > 6 ? ` and ${found.length - 6} more` : ""}; write more of it, or "${part}*" for all`,
    );
  const near = nearestNames(part, names);
  throw new StriateError(
    `no ${kind} "${part}"${near.length ? `; nearest: ${near.join(", ")}` : ""}`,
  );
}

/** `rocky.jpg` of `photos/rocky.jpg`, of either kind of slash. */
export const fileName = (path: string): string => path.replace(/^.*[/\\]/, "");
