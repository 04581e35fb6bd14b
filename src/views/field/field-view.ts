import { StriateError } from "../../base/errors.ts";
import type { Rectangle } from "../../base/affine.ts";
import { field } from "../../base/fields.ts";
import { float32 } from "../../base/tensor.ts";
import { toUser } from "../../model/network.ts";
import { type ReceptiveField, receptiveFields } from "../../model/facts/receptive-field.ts";
import type { Term } from "../../model/target/functional.ts";
import { resolveTarget } from "../../model/target/resolve-target.ts";
import type { RunningNetwork } from "../../model/running.ts";
import { colormapNames } from "../../plot/colormap.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { defineView } from "../define-view.ts";
import { camLayers } from "../explain/cam-layers.ts";
import { channelPlanes } from "../explain/channel-planes.ts";
import { backdropOf } from "../explain/heatmap-view.ts";
import { channelsLast, explainedInput, planeSize } from "../explain/input-plane.ts";
import { drawHeatmaps } from "../heatmap/draw-heatmaps.ts";
import { type Heatmap, planeOf } from "../heatmap/heatmap.ts";
import { heatmapFigure } from "../heatmap/heatmap-figure.ts";
import type { PhotoSubject } from "../subject.ts";
import { placesOfPlane } from "../heatmap/stacked-plane.ts";
import { linesOfTable } from "../lines-of-table.ts";
import { ancestorsOf } from "./ancestors.ts";
import { type Arithmetic, arithmeticOf } from "./arithmetic.ts";
import { ancestorTable, drawAncestors } from "./draw-ancestors.ts";
import {
  arithmeticLines,
  captionOf,
  gradientWords,
  headline,
  isOff,
  productTable,
} from "./field-words.ts";
import { type UnitPlace, parsePlace, placeKey, placeTarget } from "./parse-place.ts";
import type { UnitField } from "./unit-field.ts";

export const fieldView = defineView({
  id: "field",
  title: "Receptive field",
  family: "inside",
  summary: "Where one value of a map comes from: its pixels, its window, its arithmetic",
  paper: "Araujo, Norris, Sim 2019, Distill; Luo, Li, Urtasun, Zemel 2016, arXiv:1701.04128",
  formula:
    "value = sum over the window of input x kernel, + bias; effective field = |d value / dx|",
  pitfall: "A unit that is off behind its ReLU has no gradient: look at LAYER_pre.",
  takes: "photo",
  command: {
    name: "field",
    words: ["place"],
    examples: ["striate field cat_vs_dog.h5 conv2d_3@7,7[47] rocky.jpg"],
  },
  asks: {
    place: field.nullable(
      field.string(undefined, {
        help: "LAYER@row,column[channel], all channels without one, LAYER[unit] of a dense layer; the strongest in the middle of the last maps by default",
      }),
    ),
    ancestors: field.boolean(false, {
      help: "also what each layer before gives to the value, as a list and on the photo",
    }),
  },
  shows: {
    opacity: field.number(0.75, { min: 0, max: 1, help: "of the field over the photo" }),
    colormap: field.string("inferno", { help: `colours: ${colormapNames.join(", ")}` }),
    theme: field.choice(["light", "dark"], "light", { help: "paper of the picture" }),
  },
  async compute({ running }, photo, asks): Promise<UnitField> {
    const { network } = running;
    const place =
      asks.place === null ? await strongestInTheMiddle(running, photo) : parsePlace(asks.place);
    const unit = resolveTarget(network, placeTarget(place)).terms[0]!;
    const input = explainedInput(network, photo);
    const { gradients, values } = await running.gradients(photo.inputs, {
      of: [unit],
      wrt: [input.port.value],
      values: [unit.value],
    });
    const own = channelsLast(toUser(gradients[0]!, input.port), input.channels);
    // The mean over the channels of a place is what a layer's target is; here their sum is asked for.
    const meant = meantBy(unit, values[0]!.shape);
    if (place.channel !== undefined && meant > 1)
      throw new StriateError(
        `"${placeKey(place)}": ${place.layer} has maps; name a place in them, as ${place.layer}@7,7[${place.channel}]`,
      );
    const times = place.channel === undefined ? meant : 1;
    const gradient = float32(
      own.shape,
      own.data.map((value) => value * times),
    );
    const size = planeSize(gradient.shape);
    const effective = planeOf(gradient.data.map(Math.abs), size, "sum").map(
      (sum) => sum / size.channels,
    );
    // Named as the layer, or as a value of it: an ONNX file has names for these.
    const layer =
      network.layers.find(({ address }) => [address, `${address}_pre`].includes(place.layer)) ??
      network.layers.find(({ outputs, preActivation }) =>
        [outputs[0], preActivation].some((port) => port?.value === unit.value),
      );
    const sight = receptiveFields(network).get(unit.value);
    return {
      place,
      className: layer?.className ?? "value",
      value: unit.score(values[0]!)[0]! * times,
      gradient,
      effective,
      size,
      ...seenBy(sight, place, gradient.shape),
      ...(layer &&
        place.channel !== undefined && {
          arithmetic: await arithmetic(running, photo.inputs, layer, place),
        }),
      ...(asks.ancestors && {
        ancestors: await ancestorsOf(running, photo.inputs, unit, place.at),
      }),
    };
  },
  words: (result, photo, _, width) => ({
    caption: captionOf(result, photo),
    lines: [
      `${photo.name}: ${headline(result)}`,
      ...(isOff(result) ? [`${gradientWords(result)}.`] : []),
      ...arithmeticLines(result, width),
      ...(result.ancestors ? linesOfTable(ancestorTable(result.ancestors), width) : []),
    ],
  }),
  json: ({ place, value, sees, window, arithmetic: sum, ancestors }) => ({
    unit: placeKey(place),
    value,
    sees: sees ?? "all",
    ...(window && { window }),
    ...(sum && {
      arithmetic: { ...sum, products: sum.products.slice(0, 100), terms: sum.products.length },
    }),
    ...(ancestors && {
      ancestors: ancestors.map(({ gives: _gives, height, width, slices, ...each }) => ({
        ...each,
        sees: each.sees ?? "all",
        size: placesOfPlane({ height, width, ...(slices !== undefined && { slices }) }),
      })),
    }),
  }),
  tables: (result) => [
    ...(result.arithmetic ? [productTable(result.arithmetic)] : []),
    ...(result.ancestors ? [ancestorTable(result.ancestors)] : []),
  ],
  *arrays({ place, value, gradient, effective, size, ancestors = [] }) {
    const key = placeKey(place);
    yield [`${key}/value`, float32([], Float32Array.of(value))];
    yield [`${key}/gradient`, gradient];
    yield [`${key}/effective_field`, float32(placesOfPlane(size), effective)];
    for (const { layer, gives, ...plane } of ancestors)
      yield [`${key}/${layer}/gives`, float32(placesOfPlane(plane), gives)];
  },
  *draw(result, photo, { opacity, colormap, theme }) {
    const heatmap = heatmapOf(result);
    const words = {
      title: `What ${heatmap.title} sees`,
      subtitle: photo.name,
      caption: captionOf(result, photo),
    };
    const looks = { opacity, colormap, theme, style: "overlay", size: 480, clip: 1 } as const;
    yield {
      name: `${photo.name}-field`,
      picture: drawHeatmaps([heatmap], [backdropOf(photo)], words, looks),
    };
    if (result.ancestors && result.ancestors.length > 0)
      yield {
        name: `${photo.name}-field-ancestors`,
        picture: drawAncestors(result.ancestors, heatmap.title, photo, {
          opacity,
          theme,
          ...(heatmap.frame && { frame: heatmap.frame }),
        }),
      };
  },
  *figures(result, { place }, { opacity, colormap }) {
    yield heatmapFigure(heatmapOf(result), place?.size, { opacity, colormap, clip: 1 });
  },
});

/** The effective field, framed by the exact one. */
function heatmapOf(result: UnitField): Heatmap {
  const box = boxOf(result);
  return {
    values: result.effective,
    ...result.size,
    title: placeKey(result.place),
    detail: `${result.className}, value ${formatNumber(result.value, 4)}`,
    ...(box && { frame: box }),
  };
}

/** Where a person who names no place may begin. */
async function strongestInTheMiddle(
  running: RunningNetwork,
  { inputs }: PhotoSubject,
): Promise<UnitPlace> {
  const [layer] = camLayers(running.network, "last");
  const [value] = await running.run(inputs, [layer!.port.value]);
  const { planes, channels, shape } = channelPlanes(value!, layer!.channels);
  const at = shape.map((length) => Math.floor(length / 2));
  const count = planes.length / channels;
  const place = at.reduce((index, each, axis) => index * shape[axis]! + each, 0);
  let channel = 0;
  for (let c = 1; c < channels; c++)
    if (planes[c * count + place]! > planes[channel * count + place]!) channel = c;
  return { layer: layer!.name, at, channel };
}

/** How many numbers of the first row a mean is taken over. */
function meantBy({ seed }: Term, shape: readonly number[]): number {
  const { data } = seed(shape);
  return data
    .subarray(0, data.length / (shape[0] ?? 1))
    .reduce((n, each) => n + Number(each !== 0), 0);
}

/** The arithmetic of the value before the layer's own activation, and what that makes of it. */
async function arithmetic(
  running: Parameters<typeof arithmeticOf>[0],
  feeds: Parameters<typeof arithmeticOf>[1],
  layer: Parameters<typeof arithmeticOf>[2],
  place: UnitPlace,
): Promise<Arithmetic> {
  const term = (name: string) =>
    resolveTarget(running.network, placeTarget({ ...place, layer: name })).terms[0]!;
  return layer.preActivation
    ? arithmeticOf(running, feeds, layer, term(`${layer.address}_pre`), term(layer.address))
    : arithmeticOf(running, feeds, layer, term(layer.address), undefined);
}

/** The pixels that a place sees, along each axis, cut at the input's border. */
function seenBy(
  sight: ReceptiveField | undefined,
  { at, layer }: UnitPlace,
  shape: readonly number[],
) {
  if (sight === undefined || sight === "all") return {};
  if (sight.length !== at.length)
    throw new StriateError(
      `layer "${layer}": a place has ${sight.length} numbers, got ${at.length}`,
    );
  return {
    window: sight.map(({ size }) => size),
    sees: sight.map((axis, i) => {
      const [from, to] = axis.range(at[i]!);
      return [Math.max(0, from), Math.min(shape[i]! - 1, to)] as const;
    }),
  };
}

function boxOf({ sees }: UnitField): Rectangle | undefined {
  if (sees?.length !== 2) return undefined;
  const [[top, bottom], [left, right]] = sees as [
    readonly [number, number],
    readonly [number, number],
  ];
  return { top, left, bottom: bottom + 1, right: right + 1 };
}
