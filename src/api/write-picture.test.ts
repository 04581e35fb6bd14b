import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { colormap } from "../plot/colormap.ts";
import type { Picture } from "../plot/picture.ts";
import { raster, toRgb } from "../plot/raster.ts";
import { rasterize } from "../plot/rasterize.ts";
import { toSvg } from "../plot/svg.ts";
import { encodeRasterSync } from "../node/pictures/png-platform.ts";
import { toPng, writePng, writeSvg } from "./write-picture.ts";

const folder = mkdtempSync(join(tmpdir(), "striate-picture-"));
afterAll(() => rmSync(folder, { recursive: true }));

const pixels = Uint8Array.from({ length: 5 * 3 * 4 }, (_, i) => (i * 37) % 256);
const picture: Picture = {
  width: 90,
  height: 30,
  background: "#ffffff",
  marks: [
    { kind: "text", x: 5, y: 20, text: "conv2d", size: 16, fill: "#112233" },
    { kind: "rect", x: 70, y: 5, width: 9, height: 9, fill: "#cc0044" },
  ],
};

test.each([
  ["RGB", raster(5, 3, 3, pixels.subarray(0, 45))],
  ["RGBA", raster(5, 3, 4, pixels)],
  ["grey", raster(5, 3, 1, pixels.subarray(0, 15))],
  ["palette", raster(5, 3, 1, pixels.subarray(0, 15), colormap("magma").table)],
])("%s pixels come back out of the PNG, by two decoders", async (_, image) => {
  const png = await toPng(image);
  expect(encodeRasterSync(image)).toEqual(png);
  const decoded = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect([decoded.info.width, decoded.info.height]).toEqual([5, 3]);
  // A decoder gives palettes back as colours.
  const want = image.channels === 4 ? image.data : image.palette ? toRgb(image).data : image.data;
  if (decoded.info.channels === 3 && image.channels === 1 && !image.palette)
    expect([...decoded.data]).toEqual([...toRgb(image).data]);
  else expect([...decoded.data]).toEqual([...want]);
  // fast-png checks the sums of all chunks.
  expect([...decode(png, { checkCrc: true }).data]).toEqual([...image.data]);
});

test("the same picture gives the same bytes, and its own pixels", async () => {
  const png = await toPng(picture);
  expect(Buffer.compare(png, await toPng(picture))).toBe(0);
  expect([...decode(png).data]).toEqual([...rasterize(picture).data]);
  const large = decode(await toPng(picture, { scale: 2 }));
  expect([large.width, large.height]).toEqual([180, 60]);
});

test("files are written whole, and nothing is left beside them", async () => {
  await writePng(join(folder, "a.png"), picture);
  await writeSvg(join(folder, "a.svg"), picture);
  expect(Buffer.compare(readFileSync(join(folder, "a.png")), await toPng(picture))).toBe(0);
  expect(readFileSync(join(folder, "a.svg"), "utf8")).toBe(toSvg(picture));
  await writePng(join(folder, "a.png"), { ...picture, background: "#000000" });
  expect(readdirSync(folder).sort()).toEqual(["a.png", "a.svg"]);
});

test("a place that cannot be written to is one sentence with its name", async () => {
  writeFileSync(join(folder, "plain"), "");
  const path = join(folder, "plain", "a.png");
  await expect(writePng(path, picture)).rejects.toThrow(`${path}: cannot be written`);
  await expect(writeSvg(folder, picture)).rejects.toThrow(`${folder}: cannot be written`);
});

test("characters of other scripts are drawn by the system's fonts, or as boxes with their code", async () => {
  const foreign = (text: string): Picture => ({
    ...picture,
    marks: [{ kind: "text", x: 5, y: 20, text, size: 16, fill: "#000000" }],
  });
  const ink = async (text: string) => {
    const { data } = decode(await toPng(foreign(text)));
    return [...data].reduce((sum, byte) => sum + (255 - byte), 0);
  };
  expect(await ink("猫 שלום ✓")).toBeGreaterThan(1000);
  // No font has this one.
  const nothing = decode(await toPng(foreign("\u{fdd0}"))).data;
  expect([...nothing]).toEqual([...rasterize(foreign("\u{fdd0}")).data]);
});
