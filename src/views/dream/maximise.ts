import { counted } from "../../base/counted.ts";
import type { Affine } from "../../base/affine.ts";
import type { Random } from "../../base/random.ts";
import type { ViewContext } from "../context.ts";
import { type Parameterisation, greyOf } from "./parameterisation.ts";
import type { PictureShape, Planes } from "./picture-input.ts";
import { Sampler, type Transform, drawAll } from "./transform.ts";

/** A number of a picture that is made large, with its gradient by the picture. */
export interface Slope {
  readonly input: PictureShape;
  score(picture: Planes): Promise<number>;
  gradient(picture: Planes): Promise<{ score: number; gradient: Planes }>;
}

/** How a picture is made: from what, and by which steps. */
export interface Way {
  /** Makes what the picture is held as, for each restart anew. */
  begin(random: Random): Parameterisation;
  readonly transforms: readonly Transform[];
  readonly steps: number;
  /** How many pictures of the way there are given. */
  readonly previews: number;
  readonly restarts: number;
  readonly rate: number;
}

/** The way so far. */
export interface Found {
  /** The best of all pictures on the way that were looked at. */
  readonly picture: Planes;
  readonly score: number;
  /** Its step, and its restart. */
  readonly step: number;
  readonly restart: number;
  /** Of the restart that it comes from. */
  readonly course: Course;
}

interface Course {
  /** Pictures on the way with the number of steps behind them. */
  readonly pictures: readonly { readonly step: number; readonly picture: Planes }[];
  /** The objective before each step, as the network saw the picture then, and at last that of the last picture. */
  readonly scores: readonly number[];
}

/**
 * Activation maximisation: makes a picture that an objective likes.
 *
 * Source: Erhan, Bengio, Courville, Vincent 2009, Visualizing higher-layer features of a deep network;
 * Olah, Mordvintsev, Schubert 2017, Feature Visualization, Distill.
 */
export async function* maximise(
  context: ViewContext,
  climb: Slope,
  way: Way,
): AsyncGenerator<Found, void, void> {
  const { steps, previews, restarts, transforms, rate } = way;
  const { random } = context;
  const { input } = climb;
  const grey = greyOf(input.range);
  const every = Math.max(1, Math.ceil(steps / previews));
  let best: Found | undefined;
  for (let restart = 0; restart < restarts; restart++) {
    const held = way.begin(random);
    const plain = samplerOf(held, input, [], random);
    const shown = (picture: Planes) => plain?.read(picture, grey) ?? picture;
    const scores: number[] = [];
    const pictures: { step: number; picture: Planes }[] = [];
    let mine: Found | undefined;
    let whole = held.picture();
    for (let step = 1; step <= steps; step++) {
      context.throwIfStopped();
      const sampler = transforms.length > 0 ? samplerOf(held, input, transforms, random) : plain;
      const seen = sampler?.read(whole, grey) ?? whole;
      const { score, gradient } = await climb.gradient(seen);
      scores.push(score);
      held.climb(sampler?.spread(gradient) ?? gradient, rate);
      whole = held.picture();
      // Who stops gets the picture of this step, however long ago the last preview was.
      if (step % every !== 0 && step !== steps && !context.signal.aborted) continue;
      const picture = shown(whole);
      const reached = await climb.score(picture);
      pictures.push({ step, picture });
      const course = { pictures: [...pictures], scores: [...scores, reached] };
      if (!mine || reached > mine.score) mine = { picture, score: reached, step, restart, course };
      else mine = { ...mine, course };
      if (!best || best.restart === restart || mine.score > best.score) best = mine;
      context.progress(
        (restart * steps + step) / (restarts * steps),
        `${step} of ${counted(steps, "step")}${restarts > 1 ? `, start ${restart + 1} of ${restarts}` : ""}`,
      );
      yield best;
    }
  }
}

/**
 * What the network sees of what is held: the middle of it, or elsewhere by chance. Undefined where that is
 * the whole as it is.
 */
function samplerOf(
  held: { readonly height: number; readonly width: number },
  input: { readonly height: number; readonly width: number },
  transforms: readonly Transform[],
  random: Random,
): Sampler | undefined {
  const [left, top] = [held.width - input.width, held.height - input.height].map((rest) =>
    Math.floor(rest / 2),
  ) as [number, number];
  if (transforms.length === 0 && left === 0 && top === 0) return undefined;
  const map = drawAll(transforms, random, input);
  const moved: Affine = [map[0], map[1], map[2] + left, map[3], map[4], map[5] + top];
  const frame = { left, top, right: left + input.width, bottom: top + input.height };
  return new Sampler(
    held,
    input,
    moved,
    transforms.some(({ framed }) => framed) ? frame : undefined,
  );
}
