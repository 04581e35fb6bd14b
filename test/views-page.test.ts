import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { viewsPage } from "../scripts/views-page.ts";

it("docs/seeing.md says what the records say (npm run docs)", () => {
  const page = readFileSync(new URL("../docs/seeing.md", import.meta.url), "utf8");
  expect(page).toBe(viewsPage());
});
