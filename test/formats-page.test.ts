import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { formatsPage } from "../scripts/formats-page.ts";

it("docs/formats.md says what the tables say (npm run docs)", () => {
  const page = readFileSync(new URL("../docs/formats.md", import.meta.url), "utf8");
  expect(page).toBe(formatsPage());
});
