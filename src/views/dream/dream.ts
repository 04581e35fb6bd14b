import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import { formatNumber } from "../../plot/format-number.ts";
import type { Network } from "../../model/network.ts";
import type { ResolvedTarget } from "../../model/target/resolve-target.ts";
import type { ViewContext } from "../context.ts";
import { type CamLayer, camLayers } from "../explain/cam-layers.ts";
import type { PhotoSubject } from "../subject.ts";
import { canvasOf, deepDream, octaveSizes, tiledScore } from "./deep-dream.ts";
import { DiverseClimb, type Style, styleOf } from "./diversity.ts";
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
  /** Pictures on the way, the last one among them. */
  readonly frames: readonly { readonly step: number; readonly picture: Planes }[];
  /** Which of several pictures of one target it is, and how many there are. */
  readonly place?: { readonly index: number; readonly count: number };
  /** Its style, where others are to be unlike it. */
  readonly style?: Style;
  readonly arrays: readonly (readonly [name: string, value: Tensor])[];
}

/** The dream of one objective, better and better. @param others dreams that it is to be unlike */
export async function* dreams(
  context: ViewContext,
  subject: PhotoSubject | undefined,
  photo: PhotoSubject,
  target: ResolvedTarget,
  asks: DreamAsks,
  others: readonly Dream[] = [],
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
    isOfPlaces(target, asks) &&
    (asks.objective === "strength" || (asks.objective === "auto" && waves));
  const objective = (strength ? strengthObjective : targetObjective)(target);
  const climb = new Climb(running, objective, input);
  const styled = asks.pictures > 1 ? layerOfStyle(running.network, target) : undefined;
  const styles = others.flatMap(({ style }) => style ?? []);
  const slope =
    styled && styles.length > 0
      ? new DiverseClimb(running, objective, input, {
          layer: styled,
          weight: asks.diversity,
          others: styles,
        })
      : climb;
  const styleOfPicture = async (picture: Planes) => {
    if (!styled) return {};
    const [maps] = await running.run(input.feeds(picture), [styled.port.value]);
    return { style: styleOf(maps!, styled.channels) };
  };
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
    ...(styles.length > 0
      ? [`unlike ${styles.length === 1 ? "the one" : `the ${styles.length}`} before`]
      : []),
    ...(asks.restarts > 1 ? [`the best of ${asks.restarts} starts`] : []),
    ...transforms.map(({ words }) => words),
  ].join(", ");
  for await (const found of maximise(context, slope, { ...asks, begin, transforms })) {
    const { picture, step, course } = found;
    // What it says of the picture alone, without what it loses for being like another.
    const score = slope === climb ? found.score : await climb.score(picture);
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
      frames: course.pictures,
      ...(await styleOfPicture(picture)),
      arrays: arraysOf(found, input),
    };
  }
}

/** The dream of a layer in a photo, at the photo's own size. */
export async function* dreamInPhoto(
  context: ViewContext,
  subject: PhotoSubject,
  target: ResolvedTarget,
  asks: DreamAsks,
): AsyncGenerator<Dream, void, void> {
  const { running, seed } = context;
  const input = new PictureInput(running.network, subject);
  if (!input.isPicture || !subject.photo)
    throw new StriateError("a dream in a photo needs a photo, and an input with rows and columns");
  const strength = isOfPlaces(target, asks) && asks.objective !== "mean";
  const objective = (strength ? strengthObjective : targetObjective)(target);
  const climb = new Climb(running, objective, input);
  const canvas = canvasOf(subject.photo, input, asks.longest);
  const { planes, ...shape } = canvas;
  const photo = { name: subject.name, planes, score: await tiledScore(climb, canvas) };
  const octaves = octaveSizes(canvas, input, asks.octaves, asks.octave_scale);
  const way =
    `In the photo at ${shape.height} x ${shape.width}, ${counted(octaves.length, "size")} from ${octaves[0]!.height} x ${octaves[0]!.width}, ` +
    `${counted(asks.octave_steps, "step")} each, in tiles of ${input.height} x ${input.width}, seed ${seed}, rate ${formatNumber(asks.octave_rate)}.`;
  const frames: { step: number; picture: Planes }[] = [];
  const all = octaves.length * asks.octave_steps;
  const every = Math.max(1, Math.ceil(all / asks.previews));
  const go = {
    octaves: asks.octaves,
    octaveScale: asks.octave_scale,
    octaveSteps: asks.octave_steps,
    rate: asks.octave_rate,
  };
  for await (const { picture, step, steps } of deepDream(context, climb, canvas, go)) {
    if (step % every !== 0 && step !== steps && !context.signal.aborted) continue;
    frames.push({ step, picture });
    const score = await tiledScore(climb, { ...canvas, planes: picture });
    yield {
      target: objective.text,
      words: objective.words,
      shape,
      picture,
      score,
      photo,
      step,
      steps,
      way,
      outside: 0,
      frames: [...frames],
      arrays: [["dream", channelsLastOf(picture, shape)]],
    };
  }
}

/** Planes as `(height, width, channels)`. */
function channelsLastOf(planes: Planes, { channels, height, width }: PictureShape): Tensor {
  const count = height * width;
  const values = planes.map((_, i) => planes[(i % channels) * count + Math.floor(i / channels)]!);
  return float32([height, width, channels], values);
}

/** The layer by whose maps pictures of a target are told apart: its own, else the last with maps. */
function layerOfStyle(network: Network, { target, terms }: ResolvedTarget): CamLayer | undefined {
  if (target.kind === "unit" || target.kind === "layer") {
    const value = terms[0]!.value;
    const own = network.layers.find(
      ({ outputs, preActivation }) => outputs[0]?.value === value || preActivation?.value === value,
    );
    const port = own?.outputs[0];
    if (own && port && port.shape.length === 4) return camLayers(network, own.address)[0];
  }
  return camLayers(network, "last")[0];
}

/**
 * Whether a target is a mean over a layer's places or channels, and not one number of the network's, nor along
 * a direction, in which what is below 0 counts too.
 */
const isOfPlaces = ({ target }: ResolvedTarget, { direction }: DreamAsks): boolean =>
  direction === null &&
  (target.kind === "layer" || (target.kind === "unit" && target.at === undefined));

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
