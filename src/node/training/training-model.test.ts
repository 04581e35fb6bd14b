import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { isFresh } from "./training-model.ts";

it("a JSON file is an architecture whose weights are drawn, unless it says where they are", () => {
  const folder = mkdtempSync(join(tmpdir(), "striate-fresh-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, content: unknown) => {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };
  expect(isFresh(file("mine.json", { class_name: "Sequential", config: {} }))).toBe(true);
  // As TF.js keeps a model.
  expect(isFresh(file("model.json", { modelTopology: {}, weightsManifest: [] }))).toBe(false);
  expect(isFresh(join(folder, "missing.json"))).toBe(true);
  expect([isFresh("tutorial"), isFresh("net.h5")]).toEqual([true, false]);
});
