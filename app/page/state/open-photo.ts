import type { PhotoInfo, Source } from "../../engine/protocol.ts";

/** A photo that is open, with where it came from. */
export interface OpenPhoto extends PhotoInfo {
  /** `dog`, or a web address; absent of a file that only this page has. */
  readonly address?: string;
  /** For an `<img>`. */
  readonly picture: string;
  readonly source: Source;
}

/** The pixels of a photo as an address for `<img>`. */
export async function pictureOf({ pixels }: PhotoInfo): Promise<string> {
  const canvas = new OffscreenCanvas(pixels.width, pixels.height);
  const data = new ImageData(new Uint8ClampedArray(pixels.rgba), pixels.width, pixels.height);
  canvas.getContext("2d")!.putImageData(data, 0, 0);
  return URL.createObjectURL(await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 }));
}
