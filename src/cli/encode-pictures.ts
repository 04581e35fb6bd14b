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

/** Pictures that a thread has at once: one to draw, and one to go on with. */
const picturesOfThread = 2;

/**
 * Draws and encodes a few pictures for each core at once, so that memory stays bounded. Of many this thread only makes
 * the parts: what draws them is compiled for each thread anew.
 */
export async function encodePictures(
  pictures: Iterable<NamedPicture>,
  format: "png" | "svg",
  {
    begin,
    scale = 1,
    expected = 0,
  }: {
    /** Hears of each picture before it is drawn. */
    readonly begin?: (picture: NamedPicture) => void;
    /** Pixels of the file per pixel of the picture. */
    readonly scale?: number;
    /** At least so many pictures will come: threads for many start at once. */
    readonly expected?: number;
  } = {},
): Promise<PictureFile[]> {
  const pages: (number | undefined)[] = [];
  const names: string[] = [];
  const encoded: OutputFile["bytes"][] = [];
  const waiting = pictures[Symbol.iterator]();
  const others = availableParallelism() - 1;
  let threads: DrawingThreads | undefined;
  const draw = async (picture: Picture): Promise<Uint8Array> => {
    if (Math.max(names.length, expected) <= fewPictures || others === 0)
      return toPng(picture, { scale });
    const { DrawingThreads } = await import("../node/pictures/drawing-threads.ts");
    threads ??= new DrawingThreads(others);
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
    // bounded: by the cores of this machine
    await Promise.all(Array.from({ length: picturesOfThread * others + 1 }, work));
  } finally {
    await threads?.close();
  }
  return fileNames(names).map((name, i) => ({
    path: `${name}.${format}`,
    bytes: encoded[i]!,
    page: pages[i],
  }));
}
