import { StriateError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import { formatNumber } from "../../plot/format-number.ts";
import type { ResolvedTarget } from "../../model/resolve-target.ts";
import type { ViewContext } from "../context.ts";
import type { PhotoSubject } from "../subject.ts";
import { type DreamAsks, transformsOf } from "./dream-asks.ts";
import { shareOutside } from "./draw-pictures.ts";
import { powerOfTwo } from "./fft.ts";
import { fourier } from "./fourier.ts";
import { type Found, maximise } from "./maximise.ts";
import { Climb, strengthObjective, targetObjective } from "./objective.ts";
import { greyNoise, pixels } from "./parameterisation.ts";
import { PictureInput, type PictureShape, type Planes, shapeOf } from "./picture-input.ts";

/** A picture that a part of a network would like. */
export interface Dream {
  /** What it likes, as an expression and in words. */
  readonly target: string;
  readonly words: string;
  readonly shape: PictureShape;
  readonly picture: Planes;
  /** What the objective says of it, and of the photo at hand or the noise that stands in for it. */
  readonly score: number;
  readonly photo: { readonly name: string; readonly planes: Planes; readonly score: number };
  readonly step: number;
  readonly steps: number;
  /** How it was made, in sentences. */
  readonly way: string;
  /** Which share of its numbers lies outside black and white. */
  readonly outside: number;
  readonly arrays: readonly (readonly [name: string, value: Tensor])[];
}

/** The dream of one objective, better and better. */
export async function* dreams(
  context: ViewContext,
  subject: PhotoSubject | undefined,
  photo: PhotoSubject,
  target: ResolvedTarget,
  asks: DreamAsks,
): AsyncGenerator<Dream, void, void> {
  const { running, seed } = context;
  const input = new PictureInput(running.network, photo);
  const start = asks.start && givenStart(asks.start, input);
  const waves =
    asks.parameterisation === "fourier" ||
    (asks.parameterisation === "auto" && input.isPicture && !start);
  if (waves && start)
    throw new StriateError("a start picture is held in pixels: parameterisation pixels or auto");
  if (waves && !input.isPicture)
    throw new StriateError("waves need an input with rows and columns; parameterisation pixels");
  const strength =
    isOfPlaces(target) && (asks.objective === "strength" || (asks.objective === "auto" && waves));
  const objective = (strength ? strengthObjective : targetObjective)(target);
  const climb = new Climb(running, objective, input);
  // Only a picture can be turned and zoomed.
  const transforms = input.isPicture ? transformsOf(asks) : [];
  // Room around what is seen, so that a picture that is moved goes on.
  const most =
    transforms.length > 0 ? Math.round(asks.jitter * Math.min(input.height, input.width)) : 0;
  const canvas = {
    height: powerOfTwo(input.height + 2 * most),
    width: powerOfTwo(input.width + 2 * most),
  };
  const begin = (random: Random) =>
    waves ? fourier(input, canvas, random) : pixels(input, start ?? greyNoise(input, random));
  const photoScore = await climb.score(input.photo);
  const way = [
    waves ? "Waves (Fourier)" : "Pixels",
    ...(waves && input.channels === 3 ? ["decorrelated colours"] : []),
    start ? "start as given" : `seed ${seed}`,
    `rate ${formatNumber(asks.rate)}`,
    ...(asks.restarts > 1 ? [`the best of ${asks.restarts} starts`] : []),
    ...transforms.map(({ words }) => words),
  ].join(", ");
  for await (const found of maximise(context, climb, { ...asks, begin, transforms })) {
    const { picture, score, step } = found;
    yield {
      target: objective.text,
      words: objective.words,
      shape: shapeOf(input),
      picture,
      score,
      step,
      photo: { name: subject?.name ?? "noise", planes: input.photo, score: photoScore },
      steps: asks.steps,
      way: `${way}.`,
      outside: shareOutside(picture, input),
      arrays: arraysOf(found, input),
    };
  }
}

/** Whether a target is a mean over a layer's places or channels, and not one number of the network's. */
const isOfPlaces = ({ target }: ResolvedTarget): boolean =>
  target.kind === "layer" || (target.kind === "unit" && target.at === undefined);

function givenStart(start: Tensor, input: PictureInput): Planes {
  const planes = input.fromChannelsLast(start);
  if (planes) return planes;
  const { shape } = input.channelsLast(input.photo);
  throw new StriateError(
    `the start should be (${shape.join(", ")}), got (${start.shape.join(", ")})`,
  );
}

/** The names are those of the reference page; `dream` is the best picture. */
function arraysOf({ picture, course }: Found, input: PictureInput): [string, Tensor][] {
  const scores = Float32Array.from(course.scores);
  return [
    ["dream", input.channelsLast(picture)],
    ...course.pictures.map((each): [string, Tensor] => [
      `activation_maximisation_step${each.step}`,
      input.channelsLast(each.picture),
    ]),
    ["activation_maximisation_objective", float32([scores.length], scores)],
  ];
}
