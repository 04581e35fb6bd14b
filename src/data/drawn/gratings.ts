import type { Random } from "../../base/random.ts";
import type { ImageSet } from "../examples/image-set.ts";
import { type DrawnSetOptions, openDrawnSet } from "./drawn-set.ts";

/** The way that the bars run, in degrees, counter-clockwise from the horizontal. */
const directions = [0, 30, 60, 90, 120, 150];

/**
 * Sine gratings, the stimuli that show which direction and fineness a cell of the visual cortex answers to, and a
 * unit of a network as well: six directions, of every fineness, phase and contrast, with noise.
 *
 * Source: Campbell, Robson 1968, J. Physiol. 197, Application of Fourier analysis to the visibility of gratings
 */
export const openGratings = ({
  size = [64, 64],
  channels = 1,
  count = 1200,
  seed = 1,
}: DrawnSetOptions = {}): ImageSet =>
  openDrawnSet(
    {
      name: "gratings",
      classNames: directions.map((direction) => `${direction} degrees`),
      draw: drawGrating,
    },
    { size, channels, count, seed },
  );

/** Draws one picture of a class: RGB bytes, grey, row by row. */
export function drawGrating(
  label: number,
  [height, width]: readonly [number, number],
  random: Random,
): Uint8Array {
  const angle = ((directions[label]! + random.uniform(-6, 6)) * Math.PI) / 180;
  const period = Math.min(height, width) * random.uniform(0.08, 0.3);
  const phase = random.uniform(0, 2 * Math.PI);
  const contrast = random.uniform(25, 110);
  // Across the bars; rows count downwards.
  const [across, down] = [Math.sin(angle), Math.cos(angle)].map(
    (part) => part * ((2 * Math.PI) / period),
  );
  // bounded: by the size that was asked for, checked where a set is opened
  const out = new Uint8ClampedArray(height * width * 3);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 3)
      out.fill(
        128 + contrast * Math.sin(x * across! + y * down! + phase) + random.uniform(-9, 9),
        at,
        at + 3,
      );
  // bounded: by what is there
  return new Uint8Array(out.buffer);
}
