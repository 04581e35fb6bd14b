import { platform } from "#platform";
import { type AbortSignalLike, throwIfAborted } from "../base/abort.ts";
import { StriateError } from "../base/errors.ts";
import { type OptionNames, knownOptions } from "../base/known-options.ts";
import type { OpenDatasetOptions } from "../data/dataset-options.ts";
import { type DataFile, type FileSet, maxPictureBytes } from "../data/files/file-set.ts";
import type { ImageSet } from "../data/examples/image-set.ts";
import { isLitter } from "../data/files/litter.ts";
import { namedDataset, namedDatasets } from "../data/named-datasets.ts";
import { maxPixels } from "../data/picture-formats/header.ts";
import { openFileSet } from "../data/files/open-file-set.ts";
import { openZip } from "../data/files/zip-files.ts";
import type { Network } from "../model/network.ts";
import { preprocessingFor } from "../model/photo/photo-input.ts";
import {
  type BlobSource,
  type FileSource,
  isFile,
  readBlob,
  sortFile,
  wrongArgument,
} from "./sources.ts";

const optionNames: OptionNames<OpenDatasetOptions> = {
  ...{ size: true, channels: true, resize: true, orient: true },
  ...{ seed: true, count: true, jfifOnly: true, unlabelled: true, url: true },
  ...{ memory: true, cacheFolder: true, keep: true, onProgress: true, signal: true },
};

/**
 * Opens a data set of labelled pictures. Files are judged by their content; what cannot be read is left
 * out and listed in `skipped`. Pictures are decoded when an epoch first comes to them, then kept.
 *
 * @param source `cats_vs_dogs`, `shapes`, or the path of a folder or zip of class folders; a `Blob` or
 * `File` of such a zip; or the `File`s of such a folder, as `<input webkitdirectory>` gives them
 * @example
 * const set = await openDataset("cats_vs_dogs", { size: [150, 150] });
 * const train = set.split("train[:80%]").shuffle(2048).batch(64).prefetch(1);
 * for await (const { x, y } of train) ...
 *
 * @throws StriateError when there is no such set or path, or no two classes of pictures in it
 */
export async function openDataset(
  source: string | BlobSource | Iterable<FileSource>,
  options: OpenDatasetOptions = {},
): Promise<ImageSet> {
  knownOptions("openDataset", options, optionNames);
  if (options.size) checkSize(options.size);
  const { signal } = options;
  throwIfAborted(signal);
  if (signal) return openStoppable(source, options, signal);
  if (typeof source === "string") return openNamed(source, options);
  const sorted = sortFile(source);
  const files =
    sorted?.kind === "blob"
      ? await zipOf(sorted.blob, sorted.name)
      : filesOf(source as Iterable<FileSource>);
  return openFileSet(files.name, files, platform, options);
}

/** Each piece of a download and of a list of files asks whether somebody still waits for it. */
async function openStoppable(
  source: Parameters<typeof openDataset>[0],
  { signal: _, onProgress, ...options }: OpenDatasetOptions,
  signal: AbortSignalLike,
): Promise<ImageSet> {
  const set = await openDataset(source, {
    ...options,
    onProgress(progress) {
      throwIfAborted(signal);
      onProgress?.(progress);
    },
  });
  throwIfAborted(signal);
  return set;
}

/** @throws StriateError for pictures that no memory holds */
function checkSize([height, width]: readonly [number, number]): void {
  const isSize = [height, width].every((side) => Number.isInteger(side) && side > 0);
  if (!isSize || height * width > maxPixels)
    throw new StriateError(
      `size: pictures of ${height} x ${width} cannot be; expected height and width, at most ` +
        `${maxPixels.toLocaleString("en")} pixels together`,
    );
}

/**
 * Opens a data set with its pictures as a network takes them: their size, colours and resize method are the
 * network's where the options say nothing else.
 */
export async function openDatasetFor(
  network: Network,
  source: Parameters<typeof openDataset>[0],
  options: OpenDatasetOptions = {},
): Promise<ImageSet> {
  const { how, input } = preprocessingFor(network);
  const { size, resize } = how;
  const own = { ...(size && { size }), channels: input.channels, resize };
  return openDataset(source, { ...own, ...options });
}

async function openNamed(name: string, options: OpenDatasetOptions): Promise<ImageSet> {
  const known = namedDataset(name);
  if (known?.open) return known.open(options);
  if (known?.archive && !platform.fetchArchive)
    throw new StriateError(
      `${name}: is not downloaded in a page; give the zip, or the files of its folder: openDataset(files)`,
    );
  const path = known?.archive ? await platform.fetchArchive!(name, known.archive, options) : name;
  return openFileSet(known ? name : path, await platform.openFiles(path), platform, options);
}

const zipOf = (blob: BlobSource, name = "the zip"): Promise<FileSet> =>
  openZip(name, {
    size: blob.size,
    read: (offset, length) => readBlob(blob.slice(offset, offset + length), name),
    close: () => Promise.resolve(),
  });

/** The files of a folder that a page was given. */
function filesOf(source: Iterable<FileSource>): FileSet {
  const given =
    typeof source === "object" && source !== null && Symbol.iterator in source ? [...source] : [];
  if (given.length === 0 || !given.every((file) => sortFile(file)?.kind === "blob" && isFile(file)))
    return wrongArgument(
      "openDataset",
      `a name (${Object.keys(namedDatasets).join(", ")}), a path, a zip as a Blob, or the Files of a folder`,
      source,
    );
  const entries = given
    .map((file) => ({ file, path: file.webkitRelativePath || file.name }))
    .filter(({ path }) => !isLitter(path));
  const folders = new Set<string>();
  for (const { path } of entries)
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
      folders.add(path.slice(0, at));
  const files: DataFile[] = entries.map(({ path, file }) => ({ path, size: file.size }));
  return {
    name: "the folder",
    files,
    folders: [...folders],
    head: (index, count) =>
      readBlob(entries[index]!.file.slice(0, count)).catch(() => new Uint8Array(0)),
    read(index) {
      const { file } = entries[index]!;
      if (file.size > maxPictureBytes)
        throw new StriateError(`is ${file.size} bytes large, more than any picture`);
      return readBlob(file);
    },
    close: () => Promise.resolve(),
  };
}
