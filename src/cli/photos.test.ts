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
  const names = (await photoFiles([folder])).map((path) => path.slice(folder.length + 1));
  expect(names).toEqual(["IMG_1.HEIC", "a.jpg", "b.PNG", "c.svg"]);
});

it("a folder of class folders is told from an empty one", async () => {
  const classes = await folderWith("notes/readme.txt", "cat/1.jpg", "dog/1.jpg");
  await expect(photoFiles([classes])).rejects.toThrow(
    `${classes}: a folder without pictures (.jpg, .png and others); its folders have some: name one, as ${join(classes, "cat")}`,
  );
  await expect(photoFiles([await folderWith("notes.txt")])).rejects.toThrow(/and others\)$/);
});
