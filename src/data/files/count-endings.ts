import { withThousands } from "../../base/text-table.ts";

/** How many files there are of each ending, the most first: `6 .ppm, 2 .pgm`. */
export function countEndings(paths: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const ending = /[^/.](\.[^/.]{1,12})$/.exec(path)?.[1]?.toLowerCase() ?? "without an ending";
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const most = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([ending, n]) => `${withThousands(n)} ${ending}`);
  return most.slice(0, 8).join(", ") + (most.length > 8 ? " and others" : "");
}
