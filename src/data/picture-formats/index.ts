import { avif } from "./avif.ts";
import { bmp } from "./bmp.ts";
import type { PictureFormatDefinition } from "./define-picture-format.ts";
import { gif } from "./gif.ts";
import { heic } from "./heic.ts";
import { ico } from "./ico.ts";
import { jpeg } from "./jpeg.ts";
import { netpbm } from "./netpbm.ts";
import { png } from "./png.ts";
import { tiff } from "./tiff.ts";
import { webp } from "./webp.ts";

/** Every kind of picture file that striate reads, wherever that is. A new one is one more line here. */
export const pictureFormats: readonly PictureFormatDefinition[] = [
  jpeg,
  png,
  webp,
  gif,
  tiff,
  avif,
  heic,
  bmp,
  ico,
  netpbm,
];

/** What striate calls a kind of picture file: `JPEG`. */
export type PictureFormat = string;

/** The record of a kind. */
export const pictureFormat = (name: PictureFormat): PictureFormatDefinition =>
  pictureFormats.find((format) => format.name === name)!;
