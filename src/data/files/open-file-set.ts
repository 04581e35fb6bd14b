import { counted } from "../../base/counted.ts";
import { crc32 } from "../../base/crc32.ts";
import { StriateError, UnreachableError, isBug, messageOf, naming } from "../../base/errors.ts";
import { parseByteSize } from "../byte-size.ts";
import { cachedSource } from "../examples/cached-source.ts";
import { type FoundFile, type SkippedFile, findClasses } from "./class-folders.ts";
import type { OpenDatasetOptions } from "../dataset-options.ts";
import { type PlatformDecoder, decodePicture, isDecoded } from "../pictures/decode-picture.ts";
import type { ExampleSource } from "../examples/example.ts";
import type { FileSet } from "./file-set.ts";
import { ImageSet } from "../examples/image-set.ts";
import { examplePixels } from "../pictures/example-pixels.ts";
import { latin1 } from "../picture-formats/bytes.ts";
import { identifyPicture, identifyingBytes, kindInWords } from "../picture-formats/identify.ts";
import { pictureFormats } from "../picture-formats/index.ts";
import type { SpillStore } from "../examples/row-store.ts";

/** What a data set needs of the platform. */
export interface FileSetPlatform {
  readonly decodePicture: PlatformDecoder;
  /** Lets timers, signals and whoever looks at the page have their turn. */
  nextTurn(): Promise<void>;
  /** What can be fetched or computed again. */
  readonly cache: {
    /** Bytes of memory for decoded pictures, where the user has not said. */
    memory(): number;
    /** A place for those that memory has no room for; absent where there is none. */
    openSpill?(bytesEach: number, folder?: string): Promise<SpillStore>;
  };
}

/**
 * Opens files in class folders as a data set. Files are judged by their content; what cannot be read is
 * left out and listed in `skipped`. Pictures are decoded when an epoch first comes to them, then kept.
 *
 * @throws StriateError when there are no two classes of pictures in it; then `files` is closed
 */
export async function openFileSet(
  name: string,
  files: FileSet,
  platform: FileSetPlatform,
  options: OpenDatasetOptions = {},
): Promise<ImageSet> {
  try {
    return await naming(files.name, () => openSet(name, files, platform, options));
  } catch (error) {
    await files.close();
    throw error;
  }
}

async function openSet(
  name: string,
  files: FileSet,
  platform: FileSetPlatform,
  options: OpenDatasetOptions,
): Promise<ImageSet> {
  const { seed = 42, jfifOnly = false } = options;
  const { cache } = platform;
  const { found, withoutJfif, prints } = await judge(files, platform, options.onProgress);
  const listing = findClasses(found, files.folders, { unlabelled: options.unlabelled });
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
  if (dropped > 0)
    notices.push(
      `${counted(dropped, "picture")} without a JFIF header ${dropped === 1 ? "is" : "are"} left out`,
    );
  const decoded = decodingSource(
    files,
    examples,
    prints,
    listing.classNames,
    platform.decodePicture,
    options,
  );
  const [height, width, channels] = decoded.shape;
  const source =
    options.keep === false
      ? decoded
      : cachedSource(decoded, {
          memory: parseByteSize(options.memory ?? cache.memory()),
          ...(cache.openSpill && {
            spill: () => cache.openSpill!(height * width * channels, options.cacheFolder),
          }),
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

/** So many photos that cannot be reached, one after the other, are no bad photos: all are out of reach. */
const mostAway = 8;
const defaultSize = [150, 150] as const;
/** Endings of pictures, also of some that are not read. */
const endings = [...pictureFormats.flatMap(({ extensions }) => extensions), ".jp2"];
const isNamedAsPicture = (path: string) =>
  endings.some((ending) => path.toLowerCase().endsWith(ending));

/** Looks at the first bytes of every file. */
async function judge(
  files: FileSet,
  { decodePicture: decoder, nextTurn }: FileSetPlatform,
  onProgress: OpenDatasetOptions["onProgress"],
): Promise<{ found: FoundFile[]; withoutJfif: Set<number>; prints: string[] }> {
  const found: FoundFile[] = [];
  const prints: string[] = [];
  const withoutJfif = new Set<number>();
  const total = files.files.length;
  for (const [index, { path, size, crc }] of files.files.entries()) {
    const head = await files.head(index, identifyingBytes);
    const kind = identifyPicture(head);
    prints.push(`${size} ${crc ?? crc32(head)}`);
    if (kind.format && isDecoded(kind.format, decoder)) {
      found.push({ path, kind: "picture" });
      if (!hasJfif(head)) withoutJfif.add(index);
    } else if (head.length === 0 && size > 0) found.push({ path, kind: "picture" });
    else {
      const meant = size === 0 || isNamedAsPicture(path);
      found.push({ path, kind: meant ? "broken" : "other", why: `is ${kindInWords(kind)}` });
    }
    if (index % 512 === 511) {
      onProgress?.({ phase: "list", done: index + 1, total });
      await nextTurn();
    }
  }
  onProgress?.({ phase: "list", done: total, total });
  return { found, withoutJfif, prints };
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
  prints: readonly string[],
  classNames: readonly string[],
  decode: PlatformDecoder,
  { size = defaultSize, channels = 3, resize = "bilinear", orient = true }: OpenDatasetOptions,
): ExampleSource {
  const [height, width] = size;
  const skipped: SkippedFile[] = [];
  const sizes = new Uint32Array(2 * examples.length);
  let [read, away] = [0, 0];
  const original = async (index: number) => {
    const bytes = await files.read(examples[index]!.file);
    return decodePicture(bytes, pathOf(index), decode, { orient });
  };
  const pathOf = (index: number) => files.files[examples[index]!.file]!.path;
  return {
    length: examples.length,
    shape: [height, width, channels],
    classNames,
    label: (index) => examples[index]!.label,
    id: pathOf,
    print: (index) => prints[examples[index]!.file]!,
    skipped,
    async read(index) {
      read++;
      try {
        const image = await original(index);
        away = 0;
        sizes.set([image.height, image.width], 2 * index);
        return examplePixels(image, [height, width, channels], resize);
      } catch (error) {
        if (isBug(error)) throw error;
        const path = pathOf(index);
        const message = messageOf(error);
        const named = `${path}: `;
        const reason = message.startsWith(named) ? message.slice(named.length) : message;
        skipped.push({ path, reason });
        away = error instanceof UnreachableError ? away + 1 : 0;
        if (away === mostAway) {
          away = 0;
          throw new UnreachableError(
            `${files.name}: ${mostAway} photos one after the other cannot be had, the last one ${path} (${reason}); ` +
              `are they still where they were?`,
            { cause: error },
          );
        }
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
    original,
    originalSize(index) {
      const [tall, wide] = sizes.subarray(2 * index, 2 * index + 2);
      return tall ? [tall, wide!] : undefined;
    },
    close: () => files.close(),
  };
}
