import { join } from "node:path";
import { writeNpz } from "../../formats/npz.ts";
import { writeParquet } from "../../formats/parquet.ts";
import { type OutputFile, writeFolder } from "../../node/files/write-files.ts";
import { version } from "../../version.ts";
import { encodePictures } from "../encode-pictures.ts";
import type { AnySeen } from "../../api/report/figures-of.ts";

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
): Promise<string[]> {
  const { view, result, subject, asks } = seen;
  const about = { striate: version, view: view.id, asks: JSON.stringify(asks) };
  const tables = [...(view.columns?.(result, subject, asks) ?? [])].map(
    ({ name, columns }): OutputFile => ({
      path: `${name}.parquet`,
      bytes: writeParquet(columns, about),
    }),
  );
  const name = view.command?.name ?? view.id;
  const arrays = new Map(view.arrays?.(result, subject) ?? []);
  const files: OutputFile[] = [
    { path: `${name}.json`, bytes: `${JSON.stringify(seen.json, null, 2)}\n` },
    ...tables,
    ...(arrays.size > 0 ? [{ path: `${name}.npz`, bytes: await writeNpz(arrays) }] : []),
    ...(await encodePictures(seen.draw(shows), "png")),
  ];
  await writeFolder(folder, files);
  return files.map(({ path }) => join(folder, path));
}
