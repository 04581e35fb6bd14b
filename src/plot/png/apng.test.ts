import { decode } from "fast-png";
import { expect, it } from "vitest";
import { pngPlatform } from "../../node/pictures/png-platform.ts";
import type { Picture } from "../picture.ts";
import { encodeAnimation } from "./apng.ts";

const page = (fill: Picture["background"], width = 6): Picture => ({
  width,
  height: 4,
  background: fill,
  marks: [],
});

it("plays its pictures, and shows the last one where nothing plays", async () => {
  const file = await encodeAnimation([page("#ff0000"), page("#00ff00"), page("#0000ff")], {
    ...pngPlatform,
  });
  // Every reader of PNG, with the sums of all chunks checked.
  const still = decode(file, { checkCrc: true });
  expect([still.width, still.height, ...still.data.subarray(0, 3)]).toEqual([6, 4, 0, 0, 255]);
  const found = chunksOf(file);
  expect(found.map(({ name }) => name)).toEqual([
    ...["IHDR", "tEXt", "acTL", "IDAT"],
    ...["fcTL", "fdAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"],
  ]);
  const number = (bytes: Uint8Array, at = 0) =>
    new DataView(bytes.slice(at, at + 4).buffer).getUint32(0);
  expect(number(found[2]!.data)).toBe(3);
  // The frames' chunks are numbered through.
  expect(found.slice(4, -1).map(({ data }) => number(data))).toEqual([0, 1, 2, 3, 4, 5]);
  // What a frame holds is what a picture of its own would.
  expect([...found.at(-2)!.data.subarray(4)]).toEqual([...found[3]!.data]);
});

it("refuses pictures of different sizes", async () => {
  await expect(encodeAnimation([page("#ff0000"), page("#ff0000", 7)], pngPlatform)).rejects.toThrow(
    "pictures of one size: 6 x 4 and 7 x 4",
  );
});

function chunksOf(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const chunks: { name: string; data: Uint8Array }[] = [];
  for (let at = 8; at < file.length;) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...file.subarray(at + 4, at + 8));
    chunks.push({ name, data: file.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}
