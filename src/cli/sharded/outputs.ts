import { join } from "node:path";
import { writeNpz } from "../../formats/npz.ts";
import { writeParquet } from "../../formats/parquet.ts";
import { mayReplaceFile, replaceInFolder } from "../../node/files/replace-files.ts";
import type { OutputFile } from "../../node/files/write-files.ts";
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
    ({ name, columns }): OutputFile => ({
      path: `${name}.parquet`,
      bytes: writeParquet(columns, about),
    }),
  );
  const name = nameOf(view);
  const arrays = new Map(view.arrays?.(result, subject) ?? []);
  const files: OutputFile[] = [
    {
      path: `${name}.json`,
      bytes: `${JSON.stringify({ striate: version, ...(seen.json as object) }, null, 2)}\n`,
    },
    ...tables,
    ...(arrays.size > 0 ? [{ path: `${name}.npz`, bytes: await writeNpz(arrays) }] : []),
    ...(await encodePictures(seen.draw(shows), "png")),
  ];
  await replaceInFolder(folder, files, how);
  return files.map(({ path }) => join(folder, path));
}
