import { Resvg } from "@resvg/resvg-js";
import { decode } from "fast-png";
import { expect, test } from "vitest";
import { colormap } from "./colormap.ts";
import { circle, hatching, polyline } from "./path.ts";
import type { Mark, Picture } from "./picture.ts";
import { rasterize } from "./rasterize.ts";
import { raster } from "./raster.ts";
import { toSvg } from "./svg.ts";

const picture = (marks: readonly Mark[]): Picture => ({
  width: 60,
  height: 40,
  background: "#fafafa",
  title: "a < b",
  description: 'say "hi" & go',
  marks,
});
const indexed = raster(2, 2, 1, Uint8Array.of(0, 99, 200, 255), colormap("viridis").table);

test("text stays text, with its special characters escaped and control characters left out", () => {
  const svg = toSvg(
    picture([{ kind: "text", x: 3, y: 9, text: "<conv> & 猫\u0007", size: 12, fill: "#123456" }]),
  );
  expect(svg).toMatch(
    /<text x="3" y="9" font-size="12" fill="#123456"[^>]*>&lt;conv&gt; &amp; 猫</,
  );
  expect(svg).toContain("<title>a &lt; b</title>");
  expect(svg).toContain("<desc>say &quot;hi&quot; &amp; go</desc>");
  expect(svg).not.toContain("<path");
});

test("text is held to the width that the layout reckons with", () => {
  const text = (words: string): Mark => ({ kind: "text", x: 0, y: 9, text: words, size: 10, fill: "#000000" }); // prettier-ignore
  expect(toSvg(picture([text("conv2d_1")]))).toMatch(/textLength="42\.\d+" lengthAdjust/);
  expect(toSvg(picture([text("猫")]))).not.toContain("textLength");
});

test("an image is a PNG of the very pixels, in blocks of whole pixels", () => {
  const svg = toSvg(picture([{ kind: "image", x: 1, y: 2, width: 6, height: 4, raster: indexed }]));
  const [, base64] = /href="data:image\/png;base64,([^"]+)"/.exec(svg)!;
  const png = decode(Buffer.from(base64!, "base64"));
  expect([png.width, png.height]).toEqual([6, 4]);
  const pixel = (x: number, y: number) => [...png.palette![png.data[y * 6 + x]!]!].slice(0, 3);
  const color = (i: number) => [...colormap("viridis").table.subarray(i * 3, i * 3 + 3)];
  expect([pixel(0, 0), pixel(2, 1), pixel(3, 0), pixel(5, 3)]).toEqual([0, 0, 99, 255].map(color));
});

test("another renderer makes the same pixels of it as we do", () => {
  const marks: Mark[] = [
    { kind: "image", x: 2, y: 2, width: 8, height: 8, raster: indexed },
    { kind: "rect", x: 12, y: 3.5, width: 7.25, height: 5, fill: "#aa3377", opacity: 0.5 },
    { kind: "path", path: circle(30, 12, 7.3), fill: "#4477aa", stroke: "#000000", strokeWidth: 2 },
    { kind: "path", path: polyline([[40, 4], [55, 7], [42, 20], [56, 30]]), stroke: "#228833", strokeWidth: 2.5 }, // prettier-ignore
    { kind: "path", path: polyline([[4.5, 15.5], [20.5, 15.5], [20.5, 30.5]], true), stroke: "#cc3311", strokeWidth: 2, dash: [4, 2] }, // prettier-ignore
    {
      kind: "group",
      x: 24,
      y: 22,
      clip: { width: 14, height: 12 },
      title: "cut",
      marks: [
        { kind: "path", path: hatching(-5, -5, 40, 40, 7), stroke: "#000000", strokeWidth: 2 },
      ],
    },
  ];
  const ours = rasterize(picture(marks)).data;
  const theirs = new Resvg(toSvg(picture(marks))).render();
  expect([theirs.width, theirs.height]).toEqual([60, 40]);
  let far = 0;
  let sum = 0;
  for (let i = 0; i < 60 * 40; i++)
    for (let c = 0; c < 3; c++) {
      const away = Math.abs(ours[i * 3 + c]! - theirs.pixels[i * 4 + c]!);
      sum += away;
      if (away > 40) far++;
    }
  // They sample edges on a grid, we reckon areas: single edge pixels may differ. (Lines of one pixel
  // and less they draw as hairlines, by another rule; so there are none here.)
  expect(far).toBeLessThan(12);
  expect(sum / (60 * 40 * 3)).toBeLessThan(1.5);
});
