import { availableParallelism } from "node:os";
import type { OutputFile } from "../node/files/write-files.ts";
import { toPng } from "../api/write-picture.ts";
import { toSvg } from "../plot/svg.ts";
import type { NamedPicture } from "../views/define-view.ts";
import { fileNames } from "./file-names.ts";

/** Draws and encodes as many pictures at once as there are cores, so that memory stays bounded. */
export async function encodePictures(
  pictures: Iterable<NamedPicture>,
  format: "png" | "svg",
): Promise<OutputFile[]> {
  const names: string[] = [];
  const encoded: OutputFile["bytes"][] = [];
  const waiting = pictures[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      const { name, picture } = next.value;
      const at = names.push(name) - 1;
      encoded[at] = format === "svg" ? await toSvg(picture) : await toPng(picture);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return fileNames(names).map((name, i) => ({ path: `${name}.${format}`, bytes: encoded[i]! }));
}
