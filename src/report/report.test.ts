import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeBase64 } from "../plot/base64.ts";
import { zlibStream } from "../web/zlib-stream.ts";
import { packReport } from "./pack-report.ts";
import { decodePixels, encodePixels } from "./pixels.ts";
import { quantise, stepOf, valueOf } from "./quantise.ts";
import type { Report } from "./report.ts";
import { writeHtml } from "./write-html.ts";

describe("values as bytes", () => {
  const values = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i) * 3 - 1);
  const range = { low: Math.min(...values), high: Math.max(...values) };

  it("are at most half a step off, and exact at both ends", () => {
    const codes = quantise(values, range);
    for (const [i, value] of values.entries())
      expect(Math.abs(valueOf(codes[i]!, range) - value)).toBeLessThanOrEqual(
        stepOf(range) * 0.5001,
      );
    expect(valueOf(codes[values.indexOf(range.low)]!, range)).toBe(range.low);
    expect(valueOf(codes[values.indexOf(range.high)]!, range)).toBe(range.high);
  });

  it("tell what is not finite from what is", () => {
    const codes = quantise(Float32Array.of(NaN, Infinity, -Infinity, 0, 1), { low: 0, high: 1 });
    expect([...codes].map((code) => valueOf(code, { low: 0, high: 1 }))).toEqual([
      NaN,
      NaN,
      NaN,
      0,
      1,
    ]);
    expect([...quantise(Float32Array.of(2, 2), { low: 2, high: 2 })]).toEqual([0, 0]);
    expect([...quantise(Float32Array.of(NaN), undefined)]).toEqual([255]);
  });
});

describe("the pixels of a photo", () => {
  it("come back as they were, and pack better than they did", async () => {
    const [width, height] = [40, 30];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return 100 + 3 * x + 2 * y + (i % 3) * 20 + ((x * y) % 3);
    });
    const encoded = encodePixels({ data, width });
    const size = async (bytes: Uint8Array) => (await zlibStream([bytes]))[0]!.length;
    expect(await size(encoded)).toBeLessThan(await size(data));
    expect(decodePixels(encoded, width)).toEqual(data);
  });
});

describe("a report as text", () => {
  const bytes = Uint8Array.of(1, 2, 3, 250);
  const title = "</title><script>alert(1)</script> $& <!--data-->";
  const figure = { kind: "picture", name: title, width: 1, height: 1, description: "" } as const;
  const report: Report = {
    version: 1,
    title,
    photos: [],
    sections: [
      {
        view: { id: "x", title, summary: title },
        photos: [],
        caption: title,
        figures: [
          { ...figure, svg: bytes },
          { ...figure, svg: bytes },
        ],
        tables: [],
      },
    ],
    facts: [],
    looks: {},
  };

  it("holds bytes once, where they stand twice", async () => {
    const { json, blocks } = await packReport(report, zlibStream);
    expect(blocks).toHaveLength(1);
    expect([...inflateSync(decodeBase64(blocks[0]!))]).toEqual([...bytes]);
    const figures = (JSON.parse(json) as Report).sections[0]!.figures;
    expect(figures.map((each) => "svg" in each && each.svg)).toEqual([{ block: 0 }, { block: 0 }]);
  });

  it("has no markup of strangers", async () => {
    const packed = await packReport(report, zlibStream);
    const html = writeHtml("<title><!--title--></title><!--data-->", title, packed);
    expect(html.match(/<\/?[a-z!]+/g)).toEqual([
      ...["<title", "</title", "<script", "</script", "<script", "</script"],
    ]);
    const data = /id="report">(.*)<\/script>/.exec(html)![1]!;
    expect((JSON.parse(data) as Report).title).toBe(title);
  });
});
