import { createHash } from "node:crypto";
import { join } from "node:path";
import type { OpenDatasetOptions } from "../../data/dataset-options.ts";
import type { DatasetArchive } from "../../data/named-datasets.ts";
import { userCacheFolder } from "../files/user-cache.ts";
import { download } from "./download.ts";

/** Downloads the archive of a data set once, into the user's cache. @returns its path */
export async function fetchArchive(
  dataset: string,
  archive: DatasetArchive,
  options: OpenDatasetOptions,
): Promise<string> {
  const url = options.url ?? (process.env[archive.variable] || archive.url);
  const own = url === archive.url;
  // Another address is another file: its bytes are not known beforehand, and it gets a name of its own.
  const name = own
    ? archive.url.replace(/^.*\//, "")
    : `${createHash("sha256").update(url).digest("hex").slice(0, 12)}.zip`;
  const target = join(options.cacheFolder ?? userCacheFolder(), dataset, name);
  await download({
    url,
    target,
    ...(own && { bytes: archive.bytes, sha256: archive.sha256 }),
    onProgress: ({ received, total, phase }) =>
      options.onProgress?.({ phase, done: received, ...(total !== undefined && { total }) }),
  });
  return target;
}
