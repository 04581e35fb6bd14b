import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder, striate } from "./command-line.ts";

interface Report {
  photos: { prediction: { scores: { label: string; score: number }[] } }[];
}

describe("striate demo", () => {
  it.each([
    ["dog", []],
    ["cat", ["--cat"]],
  ])("needs nothing but the package, and knows a %s", (animal, args) => {
    const folder = emptyFolder();
    const run = striate(["demo", ...args], folder);
    expect(run.err).toBe("");
    expect(run.code).toBe(0);
    expect(run.out).toContain("Total params: 3,453,121");
    const out = join(folder, "striate-demo");
    expect(readdirSync(out).filter((name) => name.endsWith(".png"))).toHaveLength(4);
    const report = JSON.parse(readFileSync(join(out, "see.json"), "utf8")) as Report;
    expect(report.photos[0]!.prediction.scores[0]!.label.toLowerCase()).toBe(animal);
  });

  it("says what to try next", () => {
    const lines = striate(["demo"], emptyFolder()).out.trim().split("\n");
    const next = lines.slice(lines.indexOf("Next, with a photo of yours:"));
    expect(next.flatMap((line) => /^ +(?:npx )?(striate \w+)/.exec(line)?.[1] ?? [])).toEqual([
      ...["striate see", "striate serve"],
      ...["striate train", "striate train"],
    ]);
  });
});
