import { open } from "node:fs/promises";
import { totalmem } from "node:os";
import { StriateError, isBug, messageOf, naming } from "../../base/errors.ts";
import { nearestNames } from "../../base/names.ts";
import { parseByteSize } from "../../data/byte-size.ts";
import { cachedSource } from "../../data/cached-source.ts";
import { type FoundFile, type SkippedFile, findClasses } from "../../data/class-folders.ts";
import type { ExampleSource } from "../../data/example.ts";
import type { FileSet } from "../../data/file-set.ts";
import { ImageSet } from "../../data/image-set.ts";
import { lumaOf } from "../../data/image.ts";
import { latin1 } from "../../data/picture-formats/bytes.ts";
import { identifyPicture, identifyingBytes } from "../../data/picture-formats/identify.ts";
import { resizeBilinear, resizeNearest } from "../../data/resize.ts";
import type { OpenDatasetOptions } from "./dataset-options.ts";
import { openFolder } from "./folder.ts";
import { namedDatasets } from "./named.ts";
import { openSpill } from "./spill.ts";
import { openZipFile } from "./open-zip-file.ts";
import { statOf } from "../files/files.ts";
import { decodeImage } from "../pictures/read-image.ts";
import { userCacheFolder } from "../files/user-cache.ts";

/**
 * Opens a data set of labelled pictures: `cats_vs_dogs`, `shapes`, or the path of a folder or zip of
 * class folders. Files are judged by their content; what cannot be read is left out and listed in
 * `skipped`. Pictures are decoded when an epoch first comes to them, then kept.
 *
 * @example
 * const set = await openDataset("cats_vs_dogs", { size: [150, 150] });
 * const train = set.split("train[:80%]").shuffle(2048).batch(64).prefetch(1);
 * for await (const { x, y } of train) ...
 *
 * @throws StriateError when there is no such set or path, or no two classes of pictures in it
 */
export async function openDataset(
  nameOrPath: string,
  options: OpenDatasetOptions = {},
): Promise<ImageSet> {
  const named = Object.hasOwn(namedDatasets, nameOrPath) ? namedDatasets[nameOrPath] : undefined;
  if (named?.open) return named.open(options);
  const path = named?.fetch ? await named.fetch(options) : nameOrPath;
  const files = await openFiles(path, named !== undefined);
  try {
    return await naming(path, () => openSet(named ? nameOrPath : path, files, options));
  } catch (error) {
    await files.close();
    throw error;
  }
}

async function openFiles(path: string, named: boolean): Promise<FileSet> {
  const found = await statOf(path).catch((error: unknown) => {
    const near = nearestNames(path, Object.keys(namedDatasets), 1)[0]!;
    throw named || /[/\\.]/.test(path)
      ? error
      : new StriateError(
          `${path}: is no data set and no path here; known data sets are ` +
            `${Object.keys(namedDatasets).join(", ")} (did you mean ${near}?)`,
          { cause: error },
        );
  });
  if (found.isDirectory()) return naming(path, () => openFolder(path));
  if (found.isFile()) {
    const kind = identifyPicture(await readStart(path));
    // A zip that was cut off still begins as one, and openZip says what is wrong with it.
    const what = kind.format ? `a ${kind.format} picture` : kind.other;
    if (what === "a zip archive") return openZipFile(path);
    throw new StriateError(`${path}: is ${what}, expected a folder or zip of class folders`);
  }
  throw new StriateError(`${path}: is no folder and no zip of class folders`);
}

async function readStart(path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(identifyingBytes), 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function openSet(
  name: string,
  files: FileSet,
  options: OpenDatasetOptions,
): Promise<ImageSet> {
  const { seed = 42, jfifOnly = false } = options;
  const { found, withoutJfif } = await judge(files, options.onProgress);
  const listing = findClasses(found, files.folders);
  const indexOf = new Map(files.files.map((file, index) => [file.path, index]));
  const notices = [...listing.notices];
  const examples: { file: number; label: number }[] = [];
  const splits = new Map<string, number[]>();
  let dropped = 0;
  for (const [split, pictures] of listing.splits) {
    const indices: number[] = [];
    for (const { path, label } of pictures) {
      const file = indexOf.get(path)!;
      if (jfifOnly && withoutJfif.has(file)) dropped++;
      else indices.push(examples.push({ file, label }) - 1);
    }
    splits.set(split, indices);
  }
  if (dropped > 0) notices.push(`${dropped} pictures without a JFIF header are left out`);
  const decoded = decodingSource(files, examples, listing.classNames, options);
  const [height, width, channels] = decoded.shape;
  const source = cachedSource(decoded, {
    memory: parseByteSize(options.memory ?? Math.min(2 * 2 ** 30, totalmem() / 2)),
    spill: () => openSpill(options.cacheFolder ?? userCacheFolder(), height * width * channels),
  });
  return new ImageSet({
    name,
    source,
    splits,
    ...(seed !== null && { seed }),
    skipped: listing.skipped,
    notices,
  });
}

const defaultSize = [150, 150] as const;
const pictureNames = /\.(jpe?g|jfif|png|gif|webp|bmp|tiff?|avif|heic|ico|qoi|jp2)$/i;

/** Looks at the first bytes of every file. */
async function judge(
  files: FileSet,
  onProgress: OpenDatasetOptions["onProgress"],
): Promise<{ found: FoundFile[]; withoutJfif: Set<number> }> {
  const found: FoundFile[] = [];
  const withoutJfif = new Set<number>();
  const total = files.files.length;
  for (const [index, { path, size }] of files.files.entries()) {
    const head = await files.head(index, identifyingBytes);
    const kind = identifyPicture(head);
    if (kind.format) {
      found.push({ path, kind: "picture" });
      if (!hasJfif(head)) withoutJfif.add(index);
    } else if (head.length === 0 && size > 0) found.push({ path, kind: "picture" });
    else {
      const meant = size === 0 || pictureNames.test(path);
      found.push({ path, kind: meant ? "broken" : "other", why: `is ${kind.other}` });
    }
    if (index % 512 === 511) {
      onProgress?.({ phase: "list", done: index + 1, total });
      // Let timers and signals have their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  onProgress?.({ phase: "list", done: total, total });
  return { found, withoutJfif };
}

/**
 * TensorFlow Datasets asks for the letters JFIF in what Python's `ZipExtFile.peek(10)` gives, which is
 * the first 512 bytes.
 */
function hasJfif(head: Uint8Array): boolean {
  return latin1(head.subarray(0, 512)).includes("JFIF");
}

/** Reads, decodes and resizes the pictures; what fails is noted and left out. */
function decodingSource(
  files: FileSet,
  examples: readonly { file: number; label: number }[],
  classNames: readonly string[],
  { size = defaultSize, channels = 3, resize = "bilinear", orient = true }: OpenDatasetOptions,
): ExampleSource {
  const [height, width] = size;
  const skipped: SkippedFile[] = [];
  let read = 0;
  const pathOf = (index: number) => files.files[examples[index]!.file]!.path;
  return {
    length: examples.length,
    shape: [height, width, channels],
    classNames,
    label: (index) => examples[index]!.label,
    id: pathOf,
    skipped,
    async read(index) {
      read++;
      try {
        const bytes = await files.read(examples[index]!.file);
        const image = await decodeImage(bytes, pathOf(index), { orient });
        const data = channels === 1 ? lumaOf(image) : image.data;
        if (image.height === height && image.width === width) return data;
        const into = new Uint8ClampedArray(height * width * channels);
        (resize === "bilinear" ? resizeBilinear : resizeNearest)(
          { data, height: image.height, width: image.width, channels },
          size,
          into,
        );
        return new Uint8Array(into.buffer);
      } catch (error) {
        if (isBug(error)) throw error;
        const path = pathOf(index);
        const reason = messageOf(error).replace(`${path}: `, "");
        skipped.push({ path, reason });
        // A set that cannot be read any more (a disk that went away) is no set with bad pictures.
        if (skipped.length > 20 && skipped.length > read / 2)
          throw new StriateError(
            `${files.name}: ${skipped.length} of the ${read} pictures read so far could not be ` +
              `decoded, the last one ${path} (${reason})`,
            { cause: error },
          );
        return undefined;
      }
    },
    close: () => files.close(),
  };
}
