import { inspect } from "node:util";
import { expect, it } from "vitest";
import { layers, sequential } from "../index.ts";

it("is shown in three lines, not as its insides", async () => {
  await using model = sequential([layers.dense({ units: 2, inputShape: [3], name: "head" })]);
  const lines = inspect(model).split("\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain("layers");
  expect(lines[1]).toContain("(N, 3)");
  expect(lines[2]).toContain("(N, 2)");
});
