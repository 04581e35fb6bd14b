import type { PhotoInfo, Source } from "../../engine/protocol.ts";
import { isPackaged, photoPath } from "./packaged.ts";

/** A photo that is open, with where it came from. */
export interface OpenPhoto extends Omit<PhotoInfo, "pixels"> {
  /** `dog`, or a web address; absent of a file that only this page has. */
  readonly address?: string;
  /** For an `<img>`. */
  readonly picture: string;
  readonly source: Source;
}

/** A photo that the engine has read; one that came with the page is shown as it lies there. */
export async function openPhoto(
  { pixels, ...info }: PhotoInfo,
  source: Source,
  address: string | undefined,
): Promise<OpenPhoto> {
  if (address === undefined) return { ...info, source, picture: await pictureOf(pixels) };
  const picture = isPackaged(address) ? photoPath(address) : await pictureOf(pixels);
  return { ...info, source, address, picture };
}

/** The pixels of a photo as an address for `<img>`. */
async function pictureOf({ width, height, rgba }: PhotoInfo["pixels"]): Promise<string> {
  const canvas = new OffscreenCanvas(width, height);
  const data = new ImageData(rgba, width, height);
  canvas.getContext("2d")!.putImageData(data, 0, 0);
  return URL.createObjectURL(await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 }));
}
