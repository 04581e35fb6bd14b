import type { Affine } from "../../base/affine.ts";
import type { PictureFormat } from "../picture-formats/index.ts";

/**
 * A decoded picture: red, green, blue, three values a pixel, row by row from the top left.
 *
 * The values are 0..255 whatever their type: bytes as decoded or resized by "nearest", floats that
 * were not rounded after a "bilinear" resize. Alpha has been dropped, never blended.
 */
export interface Image<D extends Uint8Array | Float32Array = Uint8Array | Float32Array> {
  /** Pixels across. */
  readonly width: number;
  /** Pixels down. */
  readonly height: number;
  /** `height * width * 3` values in 0..255. */
  readonly data: D;
  readonly origin: ImageOrigin;
}

/** An image as decoded, before any resize that makes fractions. */
export type ByteImage = Image<Uint8Array>;

/** Where an image came from and what was done to it; plain data, stored beside the pictures. */
export interface ImageOrigin {
  /** The file as the user named it. */
  readonly name: string;
  readonly format: PictureFormat;
  /** The size in the file, [height, width], before turning and resizing. */
  readonly storedSize: readonly [number, number];
  /** The EXIF orientation in the file, 1 (upright) to 8. */
  readonly orientation: number;
  /** Whether the pixels were turned by it. */
  readonly oriented: boolean;
  /** What was done on the way to RGB bytes, in words, in order: `alpha dropped`. */
  readonly steps: readonly string[];
}

/** The EXIF orientations by what turns the stored pixels upright. */
const turns = [
  "",
  "mirrored left to right",
  "turned by 180 degrees",
  "mirrored top to bottom",
  "mirrored along the main diagonal",
  "turned right by 90 degrees",
  "mirrored along the other diagonal",
  "turned left by 90 degrees",
] as const;

/**
 * Turns the pixels upright by the EXIF orientation that the file carries.
 *
 * Source: EXIF 2.32, tag 0x0112; the turns are those of Pillow's `ImageOps.exif_transpose`.
 */
export function orientImage(image: ByteImage): ByteImage {
  const { orientation, oriented } = image.origin;
  if (oriented) return image;
  const origin = { ...image.origin, oriented: true };
  if (orientation === 1) return { ...image, origin };
  const { width, height, data } = image;
  const swaps = orientation >= 5;
  const [outWidth, outHeight] = swaps ? [height, width] : [width, height];
  // The source offset of output pixel (0, 0), and the steps to its right and lower neighbours.
  const right = 3;
  const down = 3 * width;
  const lastColumn = 3 * (width - 1);
  const lastRow = down * (height - 1);
  const walks: readonly (readonly [start: number, x: number, y: number])[] = [
    [0, right, down],
    [lastColumn, -right, down],
    [lastRow + lastColumn, -right, -down],
    [lastRow, right, -down],
    [0, down, right],
    [lastRow, -down, right],
    [lastRow + lastColumn, -down, -right],
    [lastColumn, down, -right],
  ];
  const [start, stepX, stepY] = walks[orientation - 1]!;
  const turned = new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < outHeight; y++) {
    let from = start + y * stepY;
    for (let x = 0; x < outWidth; x++, from += stepX) {
      turned[to++] = data[from]!;
      turned[to++] = data[from + 1]!;
      turned[to++] = data[from + 2]!;
    }
  }
  const steps = [...origin.steps, `${turns[orientation - 1]} (EXIF orientation ${orientation})`];
  return { width: outWidth, height: outHeight, data: turned, origin: { ...origin, steps } };
}

/**
 * Takes a point of a picture that was turned upright back to the pixels as they are stored.
 *
 * @param orientation EXIF orientation, 1 to 8
 * @param upright size of the turned picture
 */
export function uprightToStored(
  orientation: number,
  upright: { readonly width: number; readonly height: number },
): Affine {
  const { width, height } = upright;
  const maps: readonly Affine[] = [
    [1, 0, 0, 0, 1, 0],
    [-1, 0, width, 0, 1, 0],
    [-1, 0, width, 0, -1, height],
    [1, 0, 0, 0, -1, height],
    [0, 1, 0, 1, 0, 0],
    [0, 1, 0, -1, 0, width],
    [0, -1, height, -1, 0, width],
    [0, -1, height, 1, 0, 0],
  ];
  return maps[orientation - 1] ?? maps[0]!;
}

/**
 * The brightness of each pixel, one value a pixel, in 0..255.
 *
 * Source: ITU-R BT.601 in Pillow's fixed-point form, `(19595 R + 38470 G + 7471 B + 0x8000) >> 16`,
 * which is what Keras' `color_mode="grayscale"` uses. Bytes give bytes; floats are not rounded.
 */
export function lumaOf<D extends Uint8Array | Float32Array>(
  image: Pick<Image<D>, "data" | "width" | "height">,
): D {
  const { data } = image;
  const count = image.width * image.height;
  if (data instanceof Uint8Array) {
    const luma = new Uint8Array(count);
    for (let i = 0, from = 0; i < count; i++, from += 3)
      luma[i] =
        (19595 * data[from]! + 38470 * data[from + 1]! + 7471 * data[from + 2]! + 0x8000) >> 16;
    return luma as D;
  }
  const luma = new Float32Array(count);
  for (let i = 0, from = 0; i < count; i++, from += 3)
    luma[i] = (19595 * data[from]! + 38470 * data[from + 1]! + 7471 * data[from + 2]!) / 65536;
  return luma as D;
}
