import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withMarks } from "./page-marks.ts";

const html = readFileSync(new URL("../../../app/page/index.html", import.meta.url), "utf8");

describe("a page that is told what it can count on", () => {
  it("has a mark for each thing in its head, which its scripts find", () => {
    const marked = withMarks(html, ["server", "webgpu"]);
    const head = marked.slice(0, marked.indexOf("</head>"));
    expect(head).toContain('<meta name="striate-server" content="1" />');
    expect(head).toContain('<meta name="striate-webgpu" content="1" />');
    const place = new URL("../../../app/page/state/place.svelte.ts", import.meta.url);
    expect(readFileSync(place, "utf8")).toContain('meta[name="striate-webgpu"]');
  });

  it("is as it was without one", () => {
    expect(withMarks(html, [])).toBe(html);
  });
});
