import { type Values, field } from "../../base/fields.ts";
import { tensorField } from "../explain/given-tensor.ts";
import { type Transform, jitter, pad, rotate, zoom } from "./transform.ts";

/** What is asked of a picture that is made step by step. */
export const stepAsks = {
  steps: field.int(256, { min: 1, max: 100_000, help: "how many steps uphill" }),
  rate: field.number(0.05, {
    min: 0,
    max: 10,
    help: "length of a step: of each wave; of pixels the root mean square, as a share of black to white",
  }),
  previews: field.int(8, { min: 1, max: 64, help: "pictures of the way that are kept" }),
};

/** How the network sees the picture at each step. */
export const transformAsks = {
  transforms: field.choice(["random", "none"], "random", {
    help: "whether the picture is moved, turned, zoomed and framed anew at every step",
  }),
  jitter: field.number(0.05, { min: 0, max: 1, help: "moves by up to this share of a side" }),
  zoom: field.number(0.2, { min: 0, max: 1, help: "zooms out by up to this share" }),
  rotate: field.number(5, { min: 0, max: 180, help: "turns by up to so many degrees" }),
  pad: field.number(0, { min: 0, max: 1, help: "a grey frame, as a share of a side" }),
};

/** The transforms that somebody asks for; those of 0 are none. */
export function transformsOf(asks: {
  transforms: "random" | "none";
  jitter: number;
  zoom: number;
  rotate: number;
  pad: number;
}): Transform[] {
  if (asks.transforms === "none") return [];
  const all: [number, (amount: number) => Transform][] = [
    [asks.pad, pad],
    [asks.jitter, jitter],
    [asks.zoom, zoom],
    [asks.rotate, rotate],
  ];
  return all.flatMap(([amount, make]) => (amount > 0 ? [make(amount)] : []));
}

/** What a dream is asked. */
export const dreamAsks = {
  target: field.string("predicted", {
    help: "what is made large: class:dog, difference:dog-cat, unit:LAYER[3], unit:LAYER[3]@4,5, layer:LAYER",
  }),
  direction: tensorField(
    "with target layer:NAME: a number for each of its channels; the picture whose values point that way",
  ),
  before_activation: field.boolean(true, {
    help: "take a layer's value after its activation, where a unit that is off has no gradient",
  }),
  objective: field.choice(["auto", "mean", "strength"], "auto", {
    help: "mean over a layer's places, or the root mean square above 0, which finds edges; auto: strength with waves, mean in pixels",
  }),
  parameterisation: field.choice(["auto", "fourier", "pixels"], "auto", {
    help: "what the steps change: waves in decorrelated colours, or pixels; auto: waves where the input is a picture",
  }),
  ...stepAsks,
  begin: field.choice(["auto", "photo", "noise"], "auto", {
    help: "where it begins: in the photo at its own size (deep dream), or in noise; auto: in the photo for a whole layer",
  }),
  octaves: field.int(4, {
    min: 1,
    max: 16,
    help: "in a photo: how many sizes, from small to its own",
  }),
  octave_scale: field.number(1.4, { min: 1.05, max: 4, help: "in a photo: from size to size" }),
  octave_steps: field.int(10, { min: 1, max: 1000, help: "in a photo: steps at each size" }),
  octave_rate: field.number(0.01, {
    min: 0,
    max: 10,
    help: "in a photo: root mean square of a step, as a share of black to white",
  }),
  longest: field.nullable(
    field.int(undefined, {
      min: 16,
      help: "in a photo: its longest side, where it is to be smaller",
    }),
  ),
  pictures: field.int(1, { min: 1, max: 32, help: "how many pictures, each unlike those before" }),
  diversity: field.number(0.5, {
    min: 0,
    max: 100,
    help: "how much of the score a picture loses that is the same as another one",
  }),
  restarts: field.int(1, { min: 1, max: 100, help: "how many starts; the best is kept" }),
  ...transformAsks,
  start: tensorField("the picture to start with, (height, width, channels), in pixels"),
};
export type DreamAsks = Values<typeof dreamAsks>;

/** How pictures of an input are shown. */
export const pictureShows = {
  side: field.int(320, { min: 16, max: 2048, help: "about how many pixels a picture is wide" }),
  theme: field.choice(["light", "dark"], "light", { help: "paper of the picture" }),
};

/** How a dream is shown. */
export const dreamShows = {
  ...pictureShows,
  animate: field.boolean(false, {
    help: "also the way there, as an animated PNG (--previews frames)",
  }),
};
