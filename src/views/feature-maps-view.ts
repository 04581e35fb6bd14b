import { StriateError } from "../base/errors.ts";
import { checked, field } from "../base/fields.ts";
import { formatShape } from "../base/shape.ts";
import type { Tensor } from "../base/tensor.ts";
import { type Prediction, formatPrediction, readPrediction } from "../model/head/prediction.ts";
import type { Network } from "../model/network.ts";
import { colormapNames } from "../plot/colormap.ts";
import type { Picture } from "../plot/picture.ts";
import { type Range, combineRanges } from "../plot/range.ts";
import { type LayerActivation, computeActivations } from "./activations.ts";
import { type NamedPicture, defineView, inFileName } from "./define-view.ts";
import { findHeads } from "../model/head/head.ts";
import { type FeatureMapsOptions, drawFeatureMapPages } from "./feature-maps.ts";
import { chooseFields, chooseMaps } from "./feature-maps/choose-maps.ts";
import { drawVectors } from "./feature-maps/draw-vectors.ts";
import { type Vectors, vectorsOf } from "./feature-maps/vectors.ts";
import { type Volumes, volumesOf } from "./feature-maps/volumes.ts";
import { layerNumbers, layerTable } from "./feature-maps/layer-numbers.ts";
import { mapsFigure } from "./feature-maps/maps-figure.ts";
import { layerRange, type scaleModes } from "./map-scale.ts";
import type { MapStatistics } from "./map-statistics.ts";
import type { PhotoSubject } from "./subject.ts";
import { thumbnailOf } from "./thumbnail.ts";
import { linesOfTable } from "./lines-of-table.ts";

/** What the network makes of one photo. */
export interface PhotoActivations {
  readonly photo: string;
  /** Of the chosen layers, in the order of the network; also of those that make no maps. */
  readonly activations: readonly LayerActivation[];
  /** The network's outputs, in the user's layout. */
  readonly outputs: readonly Tensor[];
  /** Absent where no output is a list of classes. */
  readonly prediction: Prediction | undefined;
  /** Words for the units of a graph value, where they are classes: the output's and its logits'. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}

/** Photo by photo. */
export type FeatureMapsResult = readonly PhotoActivations[];

/** The grids of feature maps: what every chosen layer makes of each photo. */
export const featureMapsView = defineView({
  id: "feature-maps",
  title: "Feature maps",
  family: "inside",
  summary: "What every layer makes of a photo: one small picture for each of its channels",
  paper: "Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901",
  formula: "A[i, j, c]: the layer's own output",
  pitfall:
    "With a scale for each map a weak map looks as strong as a strong one: one scale for the whole layer compares them.",
  takes: "photos",
  command: { name: "see" },
  asks: {
    layers: field.string("conv", {
      help: "which layers: an address, a unique prefix, a glob, a list; conv, all",
    }),
  },
  shows: {
    scale_mode: field.choice(["map", "layer", "network", "photos"], "map", {
      help: "what shares one scale of colours",
    }),
    colormap: field.nullable(
      field.choice(colormapNames, undefined, {
        help: "viridis by default, coolwarm for values of both signs",
      }),
    ),
    columns: checked(
      field.string("auto", {
        help: "maps in a row: a number (16 in the tutorial), or auto: a page of 1,600 pixels",
      }),
      checkColumns,
    ),
    ...chooseFields,
    page: checked(
      field.string("auto", {
        help: "maps on a page: a number, all, or auto: about what a screen shows",
      }),
      checkPage,
    ),
    theme: field.choice(["light", "dark"], "light", { help: "paper of the pictures" }),
  },
  async compute({ running, ...context }, photos, asks): Promise<FeatureMapsResult> {
    const seen: PhotoActivations[] = [];
    for (const { name, inputs, labels } of photos) {
      context.throwIfStopped();
      context.progress(seen.length / photos.length, name);
      const { activations, outputs } = await computeActivations(running, inputs, asks.layers);
      const prediction = readPrediction(running.network, outputs, labels);
      const names = namesOfUnits(running.network, labels);
      seen.push({ photo: name, activations, outputs, prediction, names });
    }
    return seen;
  },
  words(result, photos, _, width) {
    const lines = result.flatMap(({ activations, prediction, names }, i) => [
      "",
      `${titleOf(photos[i]!)}${prediction ? `: ${formatPrediction(prediction)}` : ""}`,
      ...linesOfTable(layerTable(photos[i]!.name, drawable(activations, names)), width),
      ...notDrawn(activations, names),
    ]);
    const layers = result[0]?.activations.map(({ address }) => address) ?? [];
    const preparation = photos[0]?.preparation ?? "";
    return {
      caption: `Feature maps of ${layers.join(", ")}. Input: ${preparation}.`,
      lines: [`input: ${preparation}`, ...lines],
    };
  },
  json: featureMapsReport,
  *arrays(result) {
    for (const { photo, activations } of result)
      for (const { valueName, tensor } of activations)
        yield [result.length > 1 ? `${photo}/${valueName}` : valueName, tensor];
  },
  tables(result) {
    return result.map(({ photo, activations, names }) =>
      layerTable(photo, drawable(activations, names)),
    );
  },
  *draw(result, photos, shows): Generator<NamedPicture> {
    const columns: number | "auto" = shows.columns === "auto" ? "auto" : Number(shows.columns);
    const perPage =
      shows.page === "auto" ? "auto" : shows.page === "all" ? Infinity : Number(shows.page);
    const all = drawnLayers(result);
    const heads = new Map(result.map((seen, i) => [seen.photo, sheetHead(seen, photos[i])]));
    const orders = new Map<string, number>();
    const digits = Math.max(2, String(all.length / result.length).length);
    for (const { photo, maps } of all) {
      const order = (orders.get(photo) ?? 0) + 1;
      orders.set(photo, order);
      const range = sharedRange(all, photo, shows.scale_mode);
      const options: FeatureMapsOptions = {
        columns,
        scaleMode: shows.scale_mode,
        theme: shows.theme,
        ...heads.get(photo),
        ...(range ? { range } : {}),
        ...(shows.colormap ? { colormap: shows.colormap } : {}),
        // The units of a dense layer are one strip, whatever maps are chosen.
        ...("rows" in maps && maps.rows === 1 ? {} : { chosen: chooseMaps(maps, shows) }),
      };
      const pages =
        "rows" in maps
          ? [drawVectors(maps, options)]
          : drawFeatureMapPages(maps, { ...options, perPage });
      const place = result.length > 1 ? `${photo}/` : "";
      const number = String(order).padStart(digits, "0");
      const name = `${place}${number}_${inFileName(maps.address)}`;
      yield* numbered(name, pages);
    }
  },
  *figures(result) {
    for (const [photo, { activations, names }] of result.entries())
      for (const maps of drawable(activations, names)) yield mapsFigure(maps, photo);
  },
});

/** Pictures of one name: the pages of several are numbered, with two digits, so that names sort as they should. */
function* numbered(name: string, pages: Iterable<Picture>): Generator<NamedPicture> {
  let page = 0;
  let waiting: Picture | undefined;
  const next = (picture: Picture): NamedPicture => {
    const number = String(++page).padStart(2, "0");
    return { name: `${name}_p${number}`, picture, page };
  };
  for (const picture of pages) {
    if (waiting) yield next(waiting);
    waiting = picture;
  }
  if (waiting === undefined) return;
  yield page === 0 ? { name, picture: waiting } : next(waiting);
}

/** How many layers are drawn, for all photos together. */
export const countDrawn = (result: FeatureMapsResult): number =>
  result.reduce((sum, { activations, names }) => sum + drawable(activations, names).length, 0);

/** The numbers of every map, photo by photo and layer by layer. */
export function featureMapsReport(result: FeatureMapsResult) {
  return result.map(({ photo, activations, prediction, names }) => ({
    photo,
    prediction: prediction ?? null,
    layers: drawable(activations, names).map((maps) => ({
      ...layerNumbers(maps),
      statistics: maps.statistics.map(finiteOrNull),
    })),
  }));
}

/** What stands on every sheet of a photo: the photo, small, and what the network says of it. */
function sheetHead({ photo, prediction }: PhotoActivations, subject: PhotoSubject | undefined) {
  const answer = prediction ? `: ${formatPrediction(prediction, 3)}` : "";
  return {
    note: `${subject?.photo ? "Photo" : "Input"} “${photo}”${answer}.`,
    ...(subject?.photo ? { thumbnail: thumbnailOf(subject.photo) } : {}),
  };
}

interface DrawnLayer {
  readonly photo: string;
  readonly maps: Drawable;
}

/** Every layer that can be drawn; it is an error when there is none. */
function drawnLayers(result: FeatureMapsResult): DrawnLayer[] {
  const drawn = result.flatMap(({ photo, activations, names }) =>
    drawable(activations, names).map((maps) => ({ photo, maps })),
  );
  const first = result[0]?.activations[0];
  if (drawn.length === 0 && first) {
    void first.channels;
    throw new StriateError("none of the chosen layers makes maps");
  }
  return drawn;
}

type Drawable = LayerActivation | Volumes | Vectors;

/** Layers with maps, and those whose units or channels can be drawn in rows. */
const drawable = (
  activations: readonly LayerActivation[],
  names: PhotoActivations["names"],
): Drawable[] => activations.flatMap((made) => drawn(made, names.get(made.port.value)) ?? []);

/** Words, tables and pictures ask for the same layers: each is put in order once. */
const known = new WeakMap<LayerActivation, Drawable>();

function drawn(made: LayerActivation, names?: readonly string[]): Drawable | undefined {
  const found =
    known.get(made) ?? (made.hasMaps ? made : (volumesOf(made) ?? vectorsOf(made, names)));
  if (found) known.set(made, found);
  return found;
}

/** The classes that units stand for: those of the output, and the logits that it is made of. */
function namesOfUnits(network: Network, given: readonly string[] | undefined) {
  return new Map(
    findHeads(network).flatMap((head) => {
      const names = given ?? head.labels;
      if (names === undefined || names.length !== head.units) return [];
      return [head.port.value, head.logits].map((value) => [value, names] as const);
    }),
  );
}

/** What is chosen and not drawn, and why: nothing is dropped in silence. */
const notDrawn = (
  activations: readonly LayerActivation[],
  names: PhotoActivations["names"],
): string[] =>
  activations
    .filter((made) => drawn(made, names.get(made.port.value)) === undefined)
    .map(({ address, shape }) => `not drawn: ${address}, ${formatShape(shape)} has no maps`);

function sharedRange(
  layers: readonly DrawnLayer[],
  photo: string,
  mode: (typeof scaleModes)[number],
): Range | undefined {
  if (mode !== "network" && mode !== "photos") return undefined;
  const sharing = mode === "photos" ? layers : layers.filter((each) => each.photo === photo);
  return combineRanges(sharing.map(({ maps }) => layerRange(maps.statistics)));
}

/** The file as the user named it, with what was done to its pixels. */
function titleOf({ name, photo }: PhotoSubject): string {
  if (photo === undefined) return name;
  const { steps, name: file } = photo.origin;
  return steps.length > 0 ? `${file} (${steps.join(", ")})` : file;
}

/** JSON has no NaN: a number that does not exist is null. */
function finiteOrNull(numbers: MapStatistics) {
  const { min, max, mean, std } = numbers;
  if (Number.isFinite(min + max + mean + std)) return numbers;
  const written = Object.entries(numbers).map(
    ([key, value]: [string, MapStatistics[keyof MapStatistics]]) => [
      key,
      typeof value === "number" && !Number.isFinite(value) ? null : value,
    ],
  );
  return Object.fromEntries(written) as { [K in keyof MapStatistics]: MapStatistics[K] | null };
}

function checkColumns(text: string): void {
  if (text !== "auto" && !/^[1-9]\d*$/.test(text))
    throw new StriateError(`expected a whole number, or auto, got "${text}"`);
}

function checkPage(text: string): void {
  if (text !== "auto" && text !== "all" && !/^[1-9]\d*$/.test(text))
    throw new StriateError(`expected a whole number, all, or auto, got "${text}"`);
}
