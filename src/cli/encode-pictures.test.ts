import { expect, it } from "vitest";
import { toPng } from "../api/write-picture.ts";
import type { Picture } from "../plot/picture.ts";
import { encodePictures } from "./encode-pictures.ts";

const picture = (i: number): Picture => ({
  width: 60,
  height: 20,
  background: "#ffffff",
  marks: [{ kind: "text", x: 4, y: 14, text: `no. ${i}`, size: 10, fill: "#222222" }],
});

it("pictures that threads draw have the bytes of pictures drawn alone, in their order", async () => {
  const named = Array.from({ length: 12 }, (_, i) => ({ name: `p${i}`, picture: picture(i) }));
  const files = await encodePictures(named, "png");
  const alone = await Promise.all(named.map((each) => toPng(each.picture)));
  expect(files.map(({ path }) => path)).toEqual(named.map(({ name }) => `${name}.png`));
  for (const [i, { bytes }] of files.entries()) expect(bytes).toEqual(alone[i]);
});

it("a picture that cannot be drawn is told by a thread in words", async () => {
  const named = Array.from({ length: 12 }, (_, i) => ({ name: `p${i}`, picture: picture(i) }));
  named[11] = { name: "large", picture: { ...picture(11), width: 1e9 } };
  await expect(encodePictures(named, "png")).rejects.toThrow(/cannot be drawn: the limit is/);
});
