import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openFolder } from "./folder.ts";

/** A path whose last name is bytes, which need be no UTF-8. */
const at = (folder: Buffer, name: string) =>
  Buffer.concat([folder, Buffer.from("/"), Buffer.from(name, "latin1")]);

// Other systems have no such names.
test.runIf(process.platform === "linux")(
  "names that are not UTF-8 are read as any other",
  async () => {
    const root = mkdtempSync(join(tmpdir(), "striate-names-"));
    const folder = at(Buffer.from(root), "caf\xe9");
    mkdirSync(folder);
    writeFileSync(at(folder, "\xe9.png"), "one");
    writeFileSync(at(folder, "\xe8.png"), "two");
    mkdirSync(join(root, "café"));
    writeFileSync(join(root, "café/é.png"), "three");
    const { files, folders, read, head } = await openFolder(root);
    expect(folders.toSorted()).toEqual(["café", "caf\\xe9"].toSorted());
    const contents = await Promise.all(
      files.map(async ({ path }, i) => [path, Buffer.from(await read(i)).toString()]),
    );
    expect(Object.fromEntries(contents)).toEqual({
      "caf\\xe9/\\xe9.png": "one",
      "caf\\xe9/\\xe8.png": "two",
      "café/é.png": "three",
    });
    expect((await head(0, 2)).length).toBe(2);
  },
);
