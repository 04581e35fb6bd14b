import type { GivenFile } from "../state/dropped-files.ts";

/** Where the photos of a data set are read, by the paths that the tables give. */
export interface PhotoSource {
  /** Photos that there are. */
  readonly count: number;
  has(path: string): boolean;
  /** A photo of the source: its file, or its pixels where it has no file of its own. */
  read(path: string): Promise<File | ImageData>;
}

/** The files of a folder. */
export function photosOfFiles(files: readonly GivenFile[]): PhotoSource {
  const byPath = new Map<string, File>();
  // `photos/train/cat/1.jpg` is `train/cat/1.jpg` in the set, whatever stands around it.
  for (const { file, path } of files)
    for (let rest = path; ; rest = rest.slice(rest.indexOf("/") + 1)) {
      if (!byPath.has(rest)) byPath.set(rest, file);
      if (!rest.includes("/")) break;
    }
  return {
    count: new Set(byPath.values()).size,
    has: (path) => byPath.has(path),
    read: (path) => Promise.resolve(byPath.get(path)!),
  };
}

/** A zip of class folders, of which no more is read than is looked at. @throws Error where it is none */
export async function photosOfZip(zip: File): Promise<PhotoSource> {
  const { openDataset } = await import("./open-zip.ts");
  const set = await openDataset(zip, { keep: false });
  const numbers = new Map<string, number>();
  for (const index of set.indices()) numbers.set(set.listed(index).id, index);
  return {
    count: numbers.size,
    has: (path) => numbers.has(path),
    async read(path) {
      const { width, height, data } = (await set.original(numbers.get(path)!))!;
      const pixels = new ImageData(width, height);
      pixels.data.fill(255);
      for (let i = 0; i < width * height; i++)
        pixels.data.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
      return pixels;
    },
  };
}

/** The photos that the served run was made of, as the server finds them. */
export function photosOfServer(count: number): PhotoSource {
  return {
    count,
    has: () => true,
    async read(path) {
      const response = await fetch(`api/photo?path=${encodeURIComponent(path)}`);
      if (!response.ok) throw new Error(`${path}: the server says ${response.status}`);
      const type = response.headers.get("content-type") ?? "";
      return new File([await response.blob()], path.replace(/^.*\//, ""), { type });
    },
  };
}
