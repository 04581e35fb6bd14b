import { invertAffine } from "../../base/affine.ts";
import { type Fields, type Values, field } from "../../base/fields.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import type { Image } from "../../data/pictures/image.ts";
import type { ViewExport } from "../../formats/onnx/export-view.ts";
import type { Network } from "../../model/network.ts";
import type { RunningNetwork } from "../../model/running.ts";
import { colormapNames } from "../../plot/colormap.ts";
import { formatNumber } from "../../plot/format-number.ts";
import type { ViewContext } from "../context.ts";
import { defineView } from "../define-view.ts";
import type { ViewFamily } from "../families.ts";
import { drawHeatmaps } from "../heatmap/draw-heatmaps.ts";
import { type Heatmap, heatmapStatistics } from "../heatmap/heatmap.ts";
import { heatmapFigure } from "../heatmap/heatmap-figure.ts";
import type { Backdrop } from "../heatmap/overlay.ts";
import { placesOfPlane } from "../heatmap/stacked-plane.ts";
import { stateWord } from "../map-cell.ts";
import { scaleModes } from "../map-scale.ts";
import type { PhotoSubject } from "../subject.ts";
import { drawRandomisation } from "./checks/draw-randomisation.ts";
import { checkField, checkHeatmaps, plainCheck } from "./checks/heatmap-check.ts";
import {
  type NamedTarget,
  type PhotoTarget,
  namedTarget,
  openTarget,
  targetOf,
} from "./explained-target.ts";
import type { ExplainContext } from "./explain-context.ts";
import type { Explanation, ExplanationMap } from "./explanation.ts";
import { inputArrays } from "./input-plane.ts";

/** What every heatmap is asked, besides what its method has of its own. */
export const heatmapAsks = {
  target: field.string("predicted", {
    help: "what is explained: class:dog, probability:dog, difference:dog-cat, unit:LAYER[3]@4,5",
  }),
  check: checkField,
};

/** How every heatmap is shown. */
export const heatmapShows = {
  style: field.choice(["overlay", "side-by-side", "map"], "overlay", {
    help: "the map over the photo, both beside that, or the map alone",
  }),
  opacity: field.number(0.75, { min: 0, max: 1, help: "of the map over the photo" }),
  blend: field.choice(["strength", "even"], "strength", {
    help: "whether the photo shows through where values are small, or everywhere alike",
  }),
  colormap: field.nullable(
    field.string(undefined, { help: `colours: ${colormapNames.join(", ")}` }),
  ),
  scale_mode: field.choice(scaleModes, "map", { help: "what shares one scale of colours" }),
  contour: field.nullable(
    field.number(undefined, { min: 0, max: 1, help: "a line at this share of the largest value" }),
  ),
  clip: field.nullable(
    field.number(undefined, {
      min: 0,
      max: 50,
      help: "percent of outermost values in the end colour",
    }),
  ),
  theme: field.choice(["light", "dark"], "light", { help: "paper of the picture" }),
};

/** A method that gives each place of a photo a number; the rest of the view is the same for all. */
export interface HeatmapMethod<A extends Fields> {
  readonly id: string;
  readonly title: string;
  readonly family: ViewFamily;
  readonly summary: string;
  readonly paper: string;
  readonly formula: string;
  readonly pitfall: string;
  readonly asks: A;
  /** What a value of the map is, for the legend: `score lost when covered`. */
  readonly values: string;
  /** Percent of the outermost values that get the end colour, where the user says nothing. */
  readonly clip?: number;
  /** The view as nodes behind the gradients, where it is some. */
  graph?(
    network: Network,
    target: NamedTarget,
    asks: Values<A>,
  ): Pick<ViewExport, "query" | "names">;
  /** Whether `explain` runs the network on the photo itself, and lets the target hear what it says. */
  readonly runsPhoto?: boolean;
  explain(
    given: ExplainContext,
    asks: Values<A>,
  ):
    | Promise<Omit<Explanation, "target">>
    | AsyncGenerator<Omit<Explanation, "target">, Omit<Explanation, "target">, void>;
}

/** Makes the view of a method: its words, numbers and pictures. */
export function defineHeatmap<const A extends Fields>(method: HeatmapMethod<A>) {
  const asks = { ...heatmapAsks, ...method.asks };
  type Asks = Values<typeof asks>;
  return defineView<"photo", typeof asks, typeof heatmapShows, Explanation>({
    ...method,
    takes: "photo",
    asks,
    shows: heatmapShows,
    graph: method.graph && ((network, given) => viewGraph(method, network, given as Values<A>)),
    async *compute(context, photo, given: Asks) {
      const { running } = context;
      const wanted = given as Values<typeof heatmapAsks>;
      const learn = method.runsPhoto ? openTarget : targetOf;
      const target = await learn(running, photo, wanted.target);
      const work = method.explain({ context, running, photo, target }, given as Values<A>);
      const whole = (part: Omit<Explanation, "target">): Explanation => ({
        ...part,
        target: target.explained,
        arrays: [...inputArrays(running.network, photo), ...headArrays(target), ...part.arrays],
      });
      const again = async (other: RunningNetwork) => {
        const same = await learn(other, photo, target.explained.text);
        const inner = { ...context, running: other, progress: () => undefined };
        const own = { context: inner, running: other, photo, target: same };
        return (await lastOf(method.explain(own, given as Values<A>))).maps;
      };
      const last = (result: Explanation) =>
        wanted.check === "none"
          ? result
          : checked(context, photo, method.id, result, wanted.check, again);
      // Awaited here: WebKit 2.50 hands a promise that this returns to who asked for what it promises.
      if (!("next" in work)) return await last(whole(await work));
      for (;;) {
        const { done, value } = await work.next();
        if (done === true) return await last(whole(value));
        yield whole(value);
      }
    },
    words({ target, maps, notes }, { name, preparation }) {
      const layers = [...new Set(maps.flatMap(({ layer }) => layer ?? []))];
      const where = layers.length > 0 ? ` at ${layers.join(", ")}` : "";
      const lines = maps.map((map) => `  ${rangeLine(map)}`);
      const said = [...notes, ...maps.flatMap(({ check }) => check?.words ?? [])];
      return {
        caption:
          `${method.title} for ${target.words}${where}; score ${formatNumber(target.score, 4)}. ` +
          `${said.map((note) => `${note} `).join("")}Input: ${preparation}.`,
        lines: [`${name}: ${method.title} for ${target.words}${where}`, ...lines, ...said],
      };
    },
    json: ({ target, maps, notes }) => ({
      method: method.id,
      target: target.text,
      score: target.score,
      maps: maps.map((map) => {
        const { min, max, mean, state } = statisticsOf(map);
        const finite = (value: number) => (Number.isFinite(value) ? value : null);
        return {
          ...(map.layer !== undefined && { layer: map.layer }),
          size: placesOfPlane(map),
          min: finite(min),
          max: finite(max),
          mean: finite(mean),
          state,
          ...(map.check && { check: plainCheck(map.check) }),
        };
      }),
      notes,
    }),
    arrays: ({ arrays }) => arrays,
    *draw({ target, maps, notes }, photo, shows) {
      const heatmaps = maps.map((map): Heatmap => heatmapOf(map, method.title, target.name));
      const backdrop = backdropOf(photo);
      const { scale_mode: scaleMode, contour, colormap, ...rest } = shows;
      const looks = {
        ...rest,
        scaleMode,
        ...(contour !== null && { contour }),
        ...(colormap !== null && { colormap }),
        clip: shows.clip ?? method.clip ?? 0,
      };
      const picture = drawHeatmaps(
        heatmaps,
        [backdrop],
        {
          title: `${method.title}: ${target.name}`,
          subtitle: photo.name,
          values: method.values,
          caption: `${target.words}; score ${formatNumber(target.score, 4)}. ${notes.join(" ")} Input: ${photo.preparation}.`,
        },
        looks,
      );
      yield { name: `${photo.name}-${method.id}`, picture };
      if (maps.some(({ check }) => check?.randomisation))
        yield {
          name: `${photo.name}-${method.id}-randomisation`,
          picture: drawRandomisation(maps, method.title, target, photo, backdrop, looks),
        };
    },
    *figures({ target, maps }, { place }, shows) {
      const looks = { ...shows, clip: shows.clip ?? method.clip };
      for (const map of maps)
        yield heatmapFigure(heatmapOf(map, method.title, target.name), place?.size, looks);
    },
  });
}

/** A method's nodes, with what the exported file says of them. */
function viewGraph<A extends Fields>(
  method: HeatmapMethod<A>,
  network: Network,
  asks: Values<A>,
): ViewExport {
  const target = namedTarget(network, String((asks as Values<typeof heatmapAsks>).target));
  const { resolved } = target;
  return {
    ...method.graph!(network, target, asks),
    notes: { method: method.id, target: resolved.text, words: resolved.describe() },
  };
}

/** What a generator gives in the end. */
async function lastOf<R>(work: Promise<R> | AsyncGenerator<R, R, void>): Promise<R> {
  if (!("next" in work)) return work;
  for (;;) {
    const { done, value } = await work.next();
    if (done === true) return value;
  }
}

/** The result with what the network says of it. */
async function checked(
  context: ViewContext,
  photo: PhotoSubject,
  method: string,
  result: Explanation,
  wanted: string,
  again: Parameters<typeof checkHeatmaps>[5],
): Promise<Explanation> {
  const checks = await checkHeatmaps(context, photo, method, result, wanted, again);
  return {
    ...result,
    maps: result.maps.map((map, i) => ({ ...map, check: checks[i]!.check })),
    arrays: [...result.arrays, ...checks.flatMap(({ arrays }) => arrays)],
  };
}

/** A map as the sheet draws it. */
export function heatmapOf(map: ExplanationMap, title: string, target: string): Heatmap {
  const detail = map.layer === undefined ? target : `${target}, ${map.layer}`;
  return { ...map, title, detail, ...(map.check && { note: map.check.words }) };
}

const statisticsOf = (map: ExplanationMap) => heatmapStatistics({ ...map, title: "" });

/** `conv2d_3 (15 x 15): -0.2 to 1.3`, or that it is dead, constant, not finite. */
function rangeLine(map: ExplanationMap): string {
  const statistics = statisticsOf(map);
  const { min, max } = statistics;
  const word = stateWord(statistics);
  const range =
    min <= max ? `${formatNumber(min, 4)} to ${formatNumber(max, 4)}` : "no finite value";
  return `${map.layer ?? "pixels"} (${placesOfPlane(map).join(" x ")}): ${range}${word && `, ${word}`}`;
}

/** The photo under a heatmap, as bytes; undefined where there is none. */
export function backdropOf({ photo, place }: PhotoSubject): Backdrop | undefined {
  if (photo === undefined || place === undefined) return undefined;
  const [height, width] = place.size;
  return {
    photo: rasterOf(photo),
    toInput: invertAffine(place.toPhoto),
    inputSize: { height, width },
  };
}

function rasterOf({ width, height, data }: Image): Backdrop["photo"] {
  const bytes =
    data instanceof Uint8Array ? data : Uint8Array.from(data, (value) => Math.round(value));
  return { width, height, channels: 3, data: bytes };
}

/**
 * `logits` and `probabilities` of one photo, one number a class: a single sigmoid tells two apart, and the
 * first has the logit with its sign turned.
 */
function headArrays({ output, logits, isSingle }: PhotoTarget): [string, Tensor][] {
  const classes = (value: Tensor, first: (second: number) => number): Tensor => {
    const { shape, data } = toFloat32(value);
    return isSingle
      ? float32([2], Float32Array.of(first(data[0]!), data[0]!))
      : float32(shape.slice(1), data.subarray(0, data.length / (shape[0] ?? 1)));
  };
  return [
    ...(logits ? [["logits", classes(logits, (z) => -z)] as [string, Tensor]] : []),
    ...(output ? [["probabilities", classes(output, (p) => 1 - p)] as [string, Tensor]] : []),
  ];
}
