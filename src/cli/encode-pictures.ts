import { availableParallelism } from "node:os";
import type { DrawingThreads } from "../node/pictures/drawing-threads.ts";
import type { OutputFile } from "../node/files/write-files.ts";
import { toAnimation, toPng } from "../api/write-picture.ts";
import type { Picture } from "../plot/picture.ts";
import { toSvg } from "../plot/svg.ts";
import type { NamedPicture } from "../views/define-view.ts";
import { fileNames } from "./file-names.ts";

/** A picture as a file. */
export interface PictureFile extends OutputFile {
  /** Of a picture in several pages, which one, from 1 on. */
  readonly page?: number | undefined;
}

/** So many pictures are drawn before it is worth while to start threads for the others. */
const fewPictures = 8;

/** Draws and encodes as many pictures at once as there are cores, so that memory stays bounded. */
export async function encodePictures(
  pictures: Iterable<NamedPicture>,
  format: "png" | "svg",
  {
    begin,
    scale = 1,
  }: {
    /** Hears of each picture before it is drawn. */
    readonly begin?: (picture: NamedPicture) => void;
    /** Pixels of the file per pixel of the picture. */
    readonly scale?: number;
  } = {},
): Promise<PictureFile[]> {
  const pages: (number | undefined)[] = [];
  const names: string[] = [];
  const encoded: OutputFile["bytes"][] = [];
  const waiting = pictures[Symbol.iterator]();
  const cores = availableParallelism();
  let threads: DrawingThreads | undefined;
  const draw = async (picture: Picture): Promise<Uint8Array> => {
    if (names.length <= fewPictures || cores < 2) return toPng(picture, { scale });
    const { DrawingThreads } = await import("../node/pictures/drawing-threads.ts");
    // This thread makes the pictures' parts meanwhile.
    threads ??= new DrawingThreads(cores - 1);
    return threads.draw(picture, { scale });
  };
  const work = async (): Promise<void> => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      begin?.(next.value);
      const { name, page, picture, frames } = next.value;
      const at = names.push(name) - 1;
      pages[at] = page;
      if (frames && format === "png") encoded[at] = await toAnimation(frames);
      else encoded[at] = format === "svg" ? await toSvg(picture) : await draw(picture);
    }
  };
  try {
    await Promise.all(Array.from({ length: cores }, work));
  } finally {
    await threads?.close();
  }
  return fileNames(names).map((name, i) => ({
    path: `${name}.${format}`,
    bytes: encoded[i]!,
    page: pages[i],
  }));
}
