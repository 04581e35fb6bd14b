import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { resizeBilinear } from "../../data/pictures/resize.ts";
import type { Image } from "../../data/pictures/image.ts";
import type { ViewContext } from "../context.ts";
import type { Slope } from "./maximise.ts";
import type { InputRange, PictureShape, Planes } from "./picture-input.ts";
import { spanOf } from "./picture-input.ts";

/** A photo as planes in the network's numbers, at a size of its own. */
export interface DreamCanvas extends PictureShape {
  readonly planes: Planes;
}

export interface DeepDreamWay {
  /** How many sizes the photo is dreamed at, and by which factor one is larger than the one before. */
  readonly octaves: number;
  readonly octaveScale: number;
  /** Steps at each size, and how long one is: root mean square, as a share of black to white. */
  readonly octaveSteps: number;
  readonly rate: number;
}

/** A dream on its way. */
export interface DreamOctave {
  /** At the photo's own size, whatever the octave's is. */
  readonly picture: Planes;
  readonly step: number;
  readonly steps: number;
}

/**
 * Deep dream: a photo in which a layer finds more and more of what it looks for. It is dreamed at a small
 * size first; what came up there is enlarged and goes on in the next one. Each step looks at all of the
 * picture in tiles of the network's input, rolled by chance, so that no seams are left.
 *
 * Source: Mordvintsev, Olah, Tyka 2015, Inceptionism, with the tiles of TensorFlow's DeepDream tutorial.
 */
export async function* deepDream(
  { random, throwIfStopped, progress }: Pick<ViewContext, "random" | "throwIfStopped" | "progress">,
  climb: Slope,
  base: DreamCanvas,
  { octaves, octaveScale, octaveSteps, rate }: DeepDreamWay,
): AsyncGenerator<DreamOctave, void, void> {
  const { channels, height, width, range } = base;
  const sizes = octaveSizes(base, climb.input, octaves, octaveScale);
  const steps = sizes.length * octaveSteps;
  let [detail, before, step] = [undefined as Planes | undefined, sizes[0]!, 0];
  for (const size of sizes) {
    const plain = resized(base.planes, channels, base, size);
    const x = plain.slice();
    if (detail) resized(detail, channels, before, size).forEach((value, i) => (x[i]! += value));
    for (let k = 0; k < octaveSteps; k++) {
      throwIfStopped();
      const gradient = await tiledGradient(climb, x, { channels, ...size }, random);
      uphill(x, gradient, rate * spanOf(range), range);
      step++;
      progress(
        step / steps,
        `${step} of ${counted(steps, "step")}, at ${size.height} x ${size.width}`,
      );
      yield { picture: resized(x, channels, size, { height, width }), step, steps };
    }
    detail = x.map((value, i) => value - plain[i]!);
    before = size;
  }
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/** From the smallest to the photo's own; none is smaller than what the network sees, but the last. */
export function octaveSizes(own: Size, input: Size, octaves: number, scale: number): Size[] {
  const sizes = Array.from({ length: octaves }, (_, i) => {
    const factor = scale ** (i + 1 - octaves);
    return {
      height: Math.max(1, Math.round(own.height * factor)),
      width: Math.max(1, Math.round(own.width * factor)),
    };
  });
  return sizes.filter(
    ({ height, width }, i) => i === octaves - 1 || (height >= input.height && width >= input.width),
  );
}

/** A part of a picture as large as the network's input. The picture goes on around its edges. */
interface Tile {
  readonly seen: Planes;
  /** Where a number of the tile stands in the picture; -1 for what an earlier tile has seen already. */
  readonly places: Int32Array;
}

function* tiles(
  x: Planes,
  { channels, height, width }: Size & { readonly channels: number },
  tile: Size,
  [top, left]: readonly [number, number],
): Generator<Tile> {
  for (let row = 0; row < height; row += tile.height)
    for (let column = 0; column < width; column += tile.width) {
      const seen = new Float32Array(channels * tile.height * tile.width);
      const places = new Int32Array(seen.length);
      for (let c = 0, at = 0; c < channels; c++)
        for (let y = 0; y < tile.height; y++)
          for (let z = 0; z < tile.width; z++, at++) {
            const place = ((top + row + y) % height) * width + ((left + column + z) % width);
            const isFirst = row + y < height && column + z < width;
            seen[at] = x[c * height * width + place]!;
            places[at] = isFirst ? c * height * width + place : -1;
          }
      yield { seen, places };
    }
}

/** The gradient by a picture of any size, in tiles that begin at a place of chance. */
async function tiledGradient(
  climb: Slope,
  x: Planes,
  size: Size & { readonly channels: number },
  random: Random,
): Promise<Planes> {
  const { input } = climb;
  const start = [random.integer(input.height), random.integer(input.width)] as const;
  const all = new Float32Array(x.length);
  for (const { seen, places } of tiles(x, size, input, start)) {
    const { gradient } = await climb.gradient(seen);
    places.forEach((place, at) => {
      if (place >= 0) all[place]! += gradient[at]!;
    });
  }
  return all;
}

/** The objective of a picture of any size: the mean over its tiles. */
export async function tiledScore(climb: Slope, canvas: DreamCanvas): Promise<number> {
  let [sum, count] = [0, 0];
  for (const { seen } of tiles(canvas.planes, canvas, climb.input, [0, 0])) {
    sum += await climb.score(seen);
    count++;
  }
  return sum / count;
}

/** A step of a given root mean square; what would be blacker than black stays black. */
function uphill(x: Planes, gradient: Planes, length: number, { low, high }: InputRange): void {
  const squares = gradient.reduce((sum, value) => sum + value * value, 0);
  const factor = length / (Math.sqrt(squares / gradient.length) + 1e-8);
  const count = x.length / low.length;
  for (let i = 0; i < x.length; i++) {
    const c = Math.floor(i / count);
    const [dark, light] = [Math.min(low[c]!, high[c]!), Math.max(low[c]!, high[c]!)];
    x[i] = Math.min(light, Math.max(dark, x[i]! + factor * gradient[i]!));
  }
}

function resized(planes: Planes, channels: number, from: Size, to: Size): Planes {
  if (from.height === to.height && from.width === to.width) return planes.slice();
  const [count, target] = [from.height * from.width, to.height * to.width];
  // bounded: by the sides of the picture
  const out = new Float32Array(channels * target);
  for (let c = 0; c < channels; c++) {
    const data = planes.subarray(c * count, (c + 1) * count);
    const one = { data, height: from.height, width: from.width, channels: 1 };
    resizeBilinear(one, [to.height, to.width], out.subarray(c * target, (c + 1) * target));
  }
  return out;
}

/**
 * A photo in the network's numbers, at its own size or with its longest side cut to `longest`.
 *
 * @throws StriateError for a network whose input has neither three colours nor one
 */
export function canvasOf(
  { data, height, width }: Image,
  { channels, range }: PictureShape,
  longest: number | null,
): DreamCanvas {
  if (channels !== 3 && channels !== 1)
    throw new StriateError(
      `a dream in a photo needs an input of three colours or one, and this one has ${channels} channels`,
    );
  const count = height * width;
  const order = range.bgr ? [2, 1, 0] : [0, 1, 2];
  const planes = new Float32Array(channels * count);
  for (let c = 0; c < channels; c++) {
    const [low, high] = [range.low[c]!, range.high[c]!];
    for (let i = 0; i < count; i++) {
      const level =
        channels === 3
          ? data[3 * i + order[c]!]!
          : 0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!;
      planes[c * count + i] = low + ((high - low) * level) / 255;
    }
  }
  const factor = longest === null ? 1 : Math.min(1, longest / Math.max(height, width));
  const size = { height: Math.round(height * factor), width: Math.round(width * factor) };
  return { planes: resized(planes, channels, { height, width }, size), channels, range, ...size };
}
