import { join } from "node:path";
import { npyPieces } from "../../formats/npy.ts";
import { npzPieces } from "../../formats/npz.ts";
import { parquetPieces } from "../../formats/parquet.ts";
import type { Tensor } from "../../base/tensor.ts";
import { byteLengthOf } from "../../base/tensor-pieces.ts";
import { mostZipBytes } from "../../formats/zip.ts";
import { mayReplaceFile, replaceInFolder } from "../../node/files/replace-files.ts";
import type { NamedContent } from "../../node/files/write-files.ts";
import type { AnyView } from "../../views/define-view.ts";
import { version } from "../../version.ts";
import { encodePictures } from "../encode-pictures.ts";
import type { AnySeen } from "../../api/report/figures-of.ts";

const nameOf = ({ command, id }: AnyView): string => command?.name ?? id;

/** Asks before the photos are looked at. @throws StriateError where another's file stands where the result goes */
export const mayWriteSeen = (
  view: AnyView,
  folder: string,
  how: { readonly force: boolean },
): Promise<void> => mayReplaceFile(join(folder, `${nameOf(view)}.json`), how);

/**
 * Writes all that a view saw of a data set: its JSON, its tables as Parquet, its arrays, its pictures. The same
 * result is the same bytes.
 *
 * @returns the paths of the files
 */
export async function writeSeen(
  seen: AnySeen,
  folder: string,
  shows: Readonly<Record<string, unknown>>,
  how: { readonly force: boolean },
): Promise<string[]> {
  const { view, result, subject, asks } = seen;
  const about = { striate: version, view: view.id, asks: JSON.stringify(asks) };
  const tables = [...(view.columns?.(result, subject, asks) ?? [])].map(
    ({ name, columns }): NamedContent => ({
      path: `${name}.parquet`,
      bytes: inPieces(() => parquetPieces(columns, about)),
    }),
  );
  const name = nameOf(view);
  const arrays = new Map(view.arrays?.(result, subject) ?? []);
  const files: NamedContent[] = [
    {
      path: `${name}.json`,
      bytes: `${JSON.stringify({ striate: version, ...(seen.json as object) }, null, 2)}\n`,
    },
    ...tables,
    ...arrayFiles(name, arrays),
    ...(await encodePictures(seen.draw(shows), "png")),
  ];
  await replaceInFolder(folder, files, how);
  return files.map(({ path }) => join(folder, path));
}

/** One archive of NumPy's, or a file for each array where they are more than an archive holds. */
function arrayFiles(name: string, arrays: ReadonlyMap<string, Tensor>): NamedContent[] {
  if (arrays.size === 0) return [];
  let bytes = 0;
  for (const value of arrays.values()) bytes += byteLengthOf(value) + headers;
  if (bytes < mostZipBytes)
    return [{ path: `${name}.npz`, bytes: inPieces(() => npzPieces(arrays)) }];
  return Array.from(arrays, ([key, value]) => ({
    path: `${name}-${key}.npy`,
    bytes: inPieces(() => npyPieces(value)),
  }));
}

/** More than the headers of an array in an archive take. */
const headers = 1024;

/** Made when they are written, one after the other. */
const inPieces = (make: () => Iterable<Uint8Array>): Iterable<Uint8Array> => ({
  [Symbol.iterator]: () => make()[Symbol.iterator](),
});
