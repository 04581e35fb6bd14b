import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import type { Tensor } from "../../base/tensor.ts";
import { selectLayers } from "../../model/network.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { defineView } from "../define-view.ts";
import { pictureShows, stepAsks } from "./dream-asks.ts";
import { drawPictures, rasterOfPlanes } from "./draw-pictures.ts";
import { powerOfTwo } from "./fft.ts";
import { fourier } from "./fourier.ts";
import { Nearness } from "./inversion.ts";
import { type Found, maximise } from "./maximise.ts";
import { PictureInput, type PictureShape, type Planes, shapeOf } from "./picture-input.ts";

/** A photo as a layer knows it. */
export interface Inversion {
  readonly layer: string;
  readonly shape: PictureShape;
  readonly picture: Planes;
  readonly photo: Planes;
  /** `|A(x) - A0| / |A0|` of the picture. */
  readonly distance: number;
  readonly array: Tensor;
}

export const inversionView = defineView({
  id: "inversion",
  title: "Inversion",
  family: "inside",
  summary: "What a layer still knows of a photo: a picture that the layer takes for it",
  paper: "Mahendran, Vedaldi 2014, arXiv:1412.0035",
  formula: "the x with the least |A(x) - A0|^2 / |A0|^2 + smoothness * V(x)",
  pitfall:
    "What the picture lacks the layer may still know: the search may have stopped before it found it.",
  takes: "photo",
  command: {
    name: "invert",
    examples: ["striate invert cat_vs_dog.h5 dog.jpg --layers conv2d,conv2d_3"],
  },
  asks: {
    layers: field.string("conv", { help: "which layers: a name, a list, `conv`, `all`" }),
    ...stepAsks,
    smoothness: field.number(0.1, { min: 0, help: "how much differences of neighbours cost" }),
  },
  shows: pictureShows,
  async *compute(context, photo, asks): AsyncGenerator<Inversion[], Inversion[], void> {
    const { running, random } = context;
    const layers = selectLayers(running.network, asks.layers).flatMap(({ address, outputs }) =>
      outputs[0] ? [{ name: address, value: outputs[0].value }] : [],
    );
    if (layers.length === 0)
      throw new StriateError(`layers "${asks.layers}": the network has none that makes a value`);
    const input = new PictureInput(running.network, photo);
    if (!input.isPicture)
      throw new StriateError("an inversion needs an input with rows and columns");
    const canvas = { height: powerOfTwo(input.height), width: powerOfTwo(input.width) };
    const way = {
      ...asks,
      restarts: 1,
      transforms: [],
      begin: () => fourier(input, canvas, random),
    };
    const done: Inversion[] = [];
    for (const [i, layer] of layers.entries()) {
      const near = await Nearness.of(running, input, layer, asks.smoothness);
      const progress = (share: number, words = "") =>
        context.progress((i + share) / layers.length, `${layer.name}: ${words}`);
      const inversionOf = async ({ picture }: Found): Promise<Inversion> => ({
        layer: layer.name,
        shape: shapeOf(input),
        picture,
        photo: input.photo,
        distance: await near.distance(picture),
        array: input.channelsLast(picture),
      });
      let last: Inversion | undefined;
      for await (const found of maximise({ ...context, progress }, near, way))
        yield [...done, (last = await inversionOf(found))];
      done.push(last!);
    }
    return done;
  },
  words(inversions, { name, preparation }, { steps, rate, smoothness }) {
    const far = inversions.map(({ layer, distance }) => `${layer} ${percent(distance)}`);
    return {
      caption:
        `What the layers ${inversions.map(({ layer }) => layer).join(", ")} know of ${name}, as pictures: ` +
        `distance of their values from the photo's: ${far.join(", ")}. ${counted(steps, "step")} of ${formatNumber(rate)}, ` +
        `smoothness ${formatNumber(smoothness)}. Input: ${preparation}.`,
      lines: [
        `${name}: distance of a layer's values from the photo's`,
        ...far.map((each) => `  ${each}`),
      ],
    };
  },
  json: (inversions) => ({
    layers: inversions.map(({ layer, distance }) => ({ layer, distance })),
  }),
  *arrays(inversions) {
    for (const { layer, array } of inversions) yield [`${layer}/inversion`, array];
  },
  *draw(inversions, { name, preparation }, { side, theme }) {
    const [first] = inversions;
    const pictures = [
      { title: name, note: "the photo", raster: rasterOfPlanes(first!.photo, first!.shape) },
      ...inversions.map(({ layer, distance, picture, shape }) => ({
        title: layer,
        note: `${percent(distance)} from the photo's`,
        raster: rasterOfPlanes(picture, shape),
      })),
    ];
    const caption = `Pictures that these layers take for the photo, made from noise; the distance is that of the layer's values. Input: ${preparation}.`;
    yield {
      name: `${name}-inversion`,
      picture: drawPictures(
        pictures,
        { title: "Inversion", subtitle: name, caption },
        { side, theme },
      ),
    };
  },
});

const percent = (share: number) => `${formatNumber(100 * share, 3)} %`;
