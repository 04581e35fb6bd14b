import { byPathTails } from "../../engine/path-tails.ts";
import type { Engine } from "../../engine/protocol.ts";
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
  const byPath = byPathTails(files.map(({ file, path }) => [path, file] as const));
  return {
    count: new Set(byPath.values()).size,
    has: (path) => byPath.has(path),
    read: (path) => Promise.resolve(byPath.get(path)!),
  };
}

/** A zip of class folders, which the engine reads as its photos are looked at. @throws Error where it is none */
export async function photosOfZip(file: File, engine: Engine): Promise<PhotoSource> {
  const source = { files: [{ file, path: file.name }] };
  const { zip, paths } = await engine.call("openZip", [source]);
  const known = new Set(paths);
  return {
    count: known.size,
    has: (path) => known.has(path),
    async read(path) {
      const { width, height, rgba } = await engine.call("zipPhoto", [zip, path]);
      return new ImageData(rgba, width, height);
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
