import { StriateError } from "../../base/errors.ts";
import { type PictureFormat, pictureFormat } from "./index.ts";
import type { PictureHeader } from "./picture-header.ts";

/**
 * Pictures above this many pixels are refused before they are decoded: the bound at which Pillow
 * speaks of a decompression bomb, so that what Keras opens is opened.
 */
export const maxPixels = 178_956_970;

/** What any file may have, however small it is: one colour all over takes some bytes. */
const freePixels = 2 ** 23;

/**
 * The most pixels that a file of so many bytes may have: a file of a few bytes that stands for a hundred
 * million pixels is no photo, and takes gigabytes.
 */
export function mostPixels(format: PictureFormat, bytes: number, limit = maxPixels): number {
  return Math.min(limit, freePixels + bytes * (pictureFormat(format).pixelsPerByte ?? 1024));
}

/**
 * Reads size, orientation and colour kind from the head of a picture and checks the size, so that a
 * small file cannot ask for gigabytes.
 *
 * @throws StriateError (without the file's name) when the head is damaged or the picture too large
 */
export function readPictureHeader(
  bytes: Uint8Array,
  format: PictureFormat,
  limit = maxPixels,
): PictureHeader {
  const header = pictureFormat(format).header(bytes);
  if (header === undefined || Number.isNaN(header.width * header.height))
    throw new StriateError(`the ${format} is cut off or damaged: its header has no picture size`);
  const { width, height } = header;
  if (width === 0 || height === 0)
    throw new StriateError(`the ${format} has no pixels: its header says ${width} x ${height}`);
  if (width * height > limit)
    throw new StriateError(
      `the ${format} is too large: its header says ${width} x ${height} pixels, ` +
        `at most ${limit.toLocaleString("en")} pixels are read`,
    );
  if (width * height > mostPixels(format, bytes.length, limit))
    throw new StriateError(
      `the ${format} is no whole photo: its header says ${width} x ${height} pixels, and the file has ` +
        `only ${bytes.length.toLocaleString("en")} bytes; get a whole copy of it, or save it smaller`,
    );
  return header;
}
