import type { Example } from "../examples/example.ts";
import type { Image } from "./image.ts";

/**
 * An example as a photo; grey in all three colours.
 * @param size of the picture in its file
 */
export function exampleImage(
  { x, shape: [height, width, channels], id }: Example,
  size: readonly [number, number] = [height, width],
): Image {
  const data = channels === 3 ? x : new Uint8Array(3 * x.length).map((_, i) => x[(i / 3) | 0]!);
  const origin = {
    ...{ name: id, format: "of a data set", storedSize: size },
    ...{ orientation: 1, oriented: true, steps: [] },
  };
  return { width, height, data, origin };
}
