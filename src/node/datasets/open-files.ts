import { open } from "node:fs/promises";
import { StriateError, naming } from "../../base/errors.ts";
import { nearestNames } from "../../base/names.ts";
import type { FileSet } from "../../data/files/file-set.ts";
import { namedDatasets } from "../../data/named-datasets.ts";
import {
  identifyPicture,
  identifyingBytes,
  kindInWords,
} from "../../data/picture-formats/identify.ts";
import { statOf } from "../files/files.ts";
import { openFolder } from "./folder.ts";
import { isListingName, openListing } from "./open-listing.ts";
import { openZipFile } from "./open-zip-file.ts";

/**
 * The files of a folder, of a zip, or of a list of addresses.
 *
 * @throws StriateError when there is no such path, or something else is there
 */
export async function openFiles(path: string): Promise<FileSet> {
  const found = await statOf(path).catch((error: unknown) => {
    const near = nearestNames(path, Object.keys(namedDatasets), 1)[0]!;
    throw /[/\\.]/.test(path)
      ? error
      : new StriateError(
          `${path}: is no data set and no path here; known data sets are ` +
            `${Object.keys(namedDatasets).join(", ")} (did you mean ${near}?)`,
          { cause: error },
        );
  });
  if (found.isDirectory()) return naming(path, () => openFolder(path));
  if (found.isFile() && isListingName(path)) return openListing(path);
  if (found.isFile()) {
    // A zip that was cut off still begins as one, and openZip says what is wrong with it.
    const what = kindInWords(identifyPicture(await readStart(path)));
    if (what === "a zip archive") return openZipFile(path);
    throw new StriateError(
      `${path}: is ${what}, expected a folder or zip of class folders, or a list of addresses (.txt)`,
    );
  }
  throw new StriateError(`${path}: is no folder and no zip of class folders`);
}

async function readStart(path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    // bounded: a few hundred
    const { buffer, bytesRead } = await file.read(new Uint8Array(identifyingBytes), 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
