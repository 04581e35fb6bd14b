import { describe, expect, it } from "vitest";
import { parseFields } from "../src/base/fields.ts";
import { runFields } from "../src/cli/views/run-options.ts";
import { toSvg } from "../src/plot/svg.ts";
import { allViews } from "../src/views/all-views.ts";
import { networkKinds } from "./network-kinds.ts";
import { describeViews, openKind, runOn } from "./view-contract.ts";

for (const kind of networkKinds) describeViews(kind);

describe("every record", () => {
  it("has an id of its own, and fields with defaults, whose names are no other's", () => {
    const ids = allViews.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, asks, shows, summary, command } of allViews) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(summary, id).toMatch(/^[A-Z].*[^.]$/);
      expect(() => parseFields({ ...asks, ...shows }, {}), id).not.toThrow();
      for (const key of Object.keys(asks)) expect(shows, id).not.toHaveProperty(key);
      for (const word of command?.words ?? []) expect(asks[word]?.kind, id).toBe("string");
      for (const key of Object.keys({ ...asks, ...shows }))
        expect(
          { ...runFields, model: 0, method: 0 },
          `${id}: a flag of every command`,
        ).not.toHaveProperty(key);
      for (const [key, { help }] of Object.entries({ ...asks, ...shows }))
        expect(help, `${id}: ${key}`).toBeTruthy();
    }
  });

  it("draws its first picture as an SVG that stands alone", async () => {
    const { running, subjects } = await openKind(networkKinds[0]!);
    for (const view of allViews) {
      if (!view.draw) continue;
      const [first] = (await runOn(view, running, subjects)).draw();
      expect(await toSvg(first!.picture), view.id).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
    }
  });
});
