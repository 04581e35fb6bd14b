import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { photoFiles } from "./photos.ts";

/** A folder with empty files of these names. */
async function folderWith(...names: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "striate-photos-"));
  for (const name of names) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), "");
  }
  return folder;
}

it("a folder gives its pictures by name, also those that will be skipped with a word", async () => {
  const folder = await folderWith("b.PNG", "a.jpg", "IMG_1.HEIC", "c.svg", "notes.txt", "._a.jpg");
  const names = (await photoFiles([folder])).map(({ file }) => file);
  expect(names).toEqual(["IMG_1.HEIC", "a.jpg", "b.PNG", "c.svg"]);
});

it("a folder of class folders is read as a data set is, without the results that lie in it", async () => {
  const classes = await folderWith("notes/readme.txt", "dog/1.jpg", "cat/1.jpg", "cat/.x.jpg");
  await mkdir(join(classes, "out", "dog", "1"), { recursive: true });
  await writeFile(join(classes, "out", "dog", "1", "01_conv2d.png"), "");
  const photos = await photoFiles([classes], join(classes, "out"));
  expect(photos.map(({ file }) => file)).toEqual(["cat/1.jpg", "dog/1.jpg"]);
  expect(photos.map(({ name }) => name)).toEqual(["cat/1", "dog/1"]);
  await expect(photoFiles([await folderWith("notes.txt")])).rejects.toThrow(/and others\)$/);
});
