import type { ExampleShape } from "../examples/example.ts";
import { type ByteImage, lumaOf } from "./image.ts";
import { type ResizeMethod, resizeBilinear, resizeNearest } from "./resize.ts";

/** A decoded photo as the pictures of a data set are kept: in their size and colours, as bytes. */
export function examplePixels(
  image: ByteImage,
  [height, width, channels]: ExampleShape,
  resize: ResizeMethod,
): Uint8Array {
  const data = channels === 1 ? lumaOf(image) : image.data;
  if (image.height === height && image.width === width) return data;
  // bounded: by the size that was asked for, checked where a set is opened
  const into = new Uint8ClampedArray(height * width * channels);
  (resize === "bilinear" ? resizeBilinear : resizeNearest)(
    { data, height: image.height, width: image.width, channels },
    [height, width],
    into,
  );
  // bounded: by what is there
  return new Uint8Array(into.buffer);
}
