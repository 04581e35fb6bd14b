import { zlibStream } from "./zlib-stream.ts";
import { fetchBytes, fetchModel } from "./fetch-source.ts";
import type { Platform } from "../api/platform.ts";
import { StriateError } from "../base/errors.ts";
import { checkEnding } from "../formats/check-ending.ts";
import { readModel } from "../formats/read-model.ts";
import { progress } from "../train/callbacks/progress.ts";
import { runtime } from "../runtime/web/index.ts";
import { decodePicture, pixelsOf } from "./decode-picture.ts";
import { downloadFiles } from "./download-files.ts";
import { foreignText } from "./foreign-text.ts";

/** A page, or a worker of one: paths are addresses relative to it, what is saved becomes a download. */
export const platform: Platform = {
  runtime,
  async openModel(path, options) {
    const opened = await readModel(await fetchModel(addressOf(path)), options);
    opened.network.origin.file = path;
    return opened;
  },
  fetchModel,
  fetchFile: (address) => fetchBytes(address, address),
  readFile: (path) => fetchBytes(addressOf(path), path),
  // A list of names is a list: nothing is asked of a server to find out.
  maybeReadFile: async (path) =>
    /\.(txt|json|csv|yaml|pbtxt)$/i.test(path) ? fetchBytes(addressOf(path), path) : undefined,
  openFiles(path) {
    throw new StriateError(
      `${path}: a page has no folders; give the files of one, or a zip: openDataset(files)`,
    );
  },
  async saveModel(path, model) {
    await downloadFiles(await checkEnding(path).writer.write(model, nameOf(path)));
  },
  saveFiles: (files) =>
    downloadFiles(files.map(({ path, bytes }) => ({ path: nameOf(path), bytes }))),
  appendFile(path) {
    throw new StriateError(`${path}: a page cannot add to a file`);
  },
  decodePicture,
  pixelsOf,
  deflate: zlibStream,
  foreignText: () => Promise.resolve(foreignText),
  nextTurn: () => new Promise((resolve) => void setTimeout(resolve)),
  cache: { memory: () => 2 ** 29 },
  progress: () => progress({ write: (text) => console.log(text.trimEnd()), isTty: false }),
  notify: (text) => console.warn(text),
  hostName: () => globalThis.location?.hostname || "page",
};

const addressOf = (path: string): string =>
  new URL(path, globalThis.document?.baseURI ?? globalThis.location?.href).href;

const nameOf = (path: string): string => path.replace(/^.*[/\\]/, "");
