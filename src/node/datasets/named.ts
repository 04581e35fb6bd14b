import { createHash } from "node:crypto";
import { join } from "node:path";
import { openShapes } from "../../data/shapes.ts";
import type { ImageSet } from "../../data/image-set.ts";
import { download } from "./download.ts";
import type { OpenDatasetOptions } from "./dataset-options.ts";
import { userCacheFolder } from "../files/user-cache.ts";

/** A data set that is known by name: either opened at once, or a file to be opened as any other. */
interface NamedDataset {
  readonly summary: string;
  readonly open?: (options: OpenDatasetOptions) => ImageSet;
  readonly fetch?: (options: OpenDatasetOptions) => Promise<string>;
}

/**
 * Microsoft's archive of cats and dogs (Asirra, 2007), which TensorFlow Datasets fetches as well.
 * `STRIATE_CATS_VS_DOGS_URL` or the option `url` names another place.
 */
export const catsVsDogs = {
  url: "https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/kagglecatsanddogs_5340.zip",
  bytes: 824_887_076,
  sha256: "b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9",
} as const;

/** The data sets that go by a name. */
export const namedDatasets: Readonly<Record<string, NamedDataset>> = {
  cats_vs_dogs: {
    summary: "25,000 photos of cats and dogs, 825 MB, downloaded once",
    fetch: fetchCatsVsDogs,
  },
  shapes: {
    summary: "coloured shapes that striate draws itself, no download",
    open: ({ size = [64, 64], channels, seed, count }) =>
      openShapes({ size, channels, seed: seed ?? 1, ...(count !== undefined && { count }) }),
  },
};

async function fetchCatsVsDogs(options: OpenDatasetOptions): Promise<string> {
  const url = options.url ?? (process.env["STRIATE_CATS_VS_DOGS_URL"] || catsVsDogs.url);
  const own = url === catsVsDogs.url;
  // Another address is another file: its bytes are not known beforehand, and it gets a name of its own.
  const name = own
    ? "kagglecatsanddogs_5340.zip"
    : `${createHash("sha256").update(url).digest("hex").slice(0, 12)}.zip`;
  const target = join(options.cacheFolder ?? userCacheFolder(), "cats_vs_dogs", name);
  await download({
    url,
    target,
    ...(own && { bytes: catsVsDogs.bytes, sha256: catsVsDogs.sha256 }),
    onProgress: ({ received, total, phase }) =>
      options.onProgress?.({ phase, done: received, ...(total !== undefined && { total }) }),
  });
  return target;
}
