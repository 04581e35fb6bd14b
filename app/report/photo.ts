import { type BytesHandle, type ReportPhoto, decodePixels } from "striate";
import { readBytes } from "./read-report.ts";

/** A photo as a canvas takes it. */
export interface Photo {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

const read = new WeakMap<ReportPhoto<BytesHandle>, Promise<Photo | undefined>>();

export function readPhoto(photo: ReportPhoto<BytesHandle> | undefined): Promise<Photo | undefined> {
  if (!photo) return Promise.resolve(undefined);
  let found = read.get(photo);
  if (!found) read.set(photo, (found = decode(photo)));
  return found;
}

async function decode({ picture }: ReportPhoto<BytesHandle>): Promise<Photo | undefined> {
  if (!picture) return undefined;
  const { width, height, pixels } = picture;
  const rgb = decodePixels((await readBytes(pixels)).slice(), width);
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(rgb.subarray(i * 3, i * 3 + 3), i * 4);
  return { width, height, rgba };
}
