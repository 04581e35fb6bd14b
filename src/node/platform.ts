import { appendFile, mkdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { hostname, totalmem } from "node:os";
import { dirname } from "node:path";
import type { Platform } from "../api/platform.ts";
import { StriateError, messageOf } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { runtime } from "../runtime/node/index.ts";
import { progress } from "../train/callbacks/progress.ts";
import { fetchArchive } from "./datasets/fetch-archive.ts";
import { openFiles } from "./datasets/open-files.ts";
import { openSpill } from "./datasets/spill.ts";
import { fetchFile, fetchModel } from "./files/fetch-model.ts";
import { readFileBytes } from "./files/files.ts";
import { openModelFile } from "./files/open-model.ts";
import { saveModel } from "./files/save-model.ts";
import { writeFileAtomic, writeFilesAtomic } from "./files/write-files.ts";
import { decodePicture } from "./pictures/decode-picture.ts";
import { pngPlatform } from "./pictures/png-platform.ts";

/** Node: files on disk, native decoders where they are installed, words on the terminal. */
export const platform: Platform = {
  ...pngPlatform,
  runtime,
  openModel: openModelFile,
  fetchModel,
  fetchFile,
  readFile: readFileBytes,
  maybeReadFile: async (path) => (existsSync(path) ? readFileBytes(path) : undefined),
  openFiles,
  fetchArchive,
  saveModel,
  saveFiles: writeFilesAtomic,
  appendFile: add,
  decodePicture,
  nextTurn: () => new Promise((resolve) => void setImmediate(resolve)),
  cache: { memory: () => Math.min(2 * 2 ** 30, totalmem() / 2), openSpill },
  progress: () =>
    progress({
      write: (text) => void process.stdout.write(text),
      isTty: process.stdout.isTTY === true,
      columns: process.stdout.columns,
    }),
  notify: (text) => void process.stderr.write(`${printable(text)}\n`),
  hostName: hostname,
};

async function add(path: string, content: string | Uint8Array, anew: boolean): Promise<void> {
  if (anew) return writeFileAtomic(path, content);
  try {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, content);
  } catch (error) {
    throw new StriateError(`${path}: cannot be written: ${messageOf(error)}`, { cause: error });
  }
}
