import {
  type BytesHandle,
  type LayerField,
  type MapNumbers,
  type MapsFigure,
  type Range,
  type Rectangle,
  combineRanges,
  isSigned,
  symmetricRange,
  valueOf,
} from "striate";
import { readBytes } from "./read-report.ts";
import { type Colors, colorsNamed } from "../components/colors.ts";
import type { ReportState } from "./state.svelte.ts";

type Figure = MapsFigure<BytesHandle>;

const decoded = new WeakMap<Figure, Promise<Float32Array>>();

/** The values of a figure's maps, plane by plane. */
export function readValues(figure: Figure): Promise<Float32Array> {
  let values = decoded.get(figure);
  if (!values) decoded.set(figure, (values = decode(figure)));
  return values;
}

async function decode({ codes, maps, height, width }: Figure): Promise<Float32Array> {
  const bytes = await readBytes(codes);
  const plane = height * width;
  const values = new Float32Array(bytes.length);
  for (const [channel, { low, high }] of maps.entries()) {
    const range = { low: low ?? NaN, high: high ?? NaN };
    const table = Float32Array.from({ length: 256 }, (_, code) => valueOf(code, range));
    for (let i = channel * plane; i < (channel + 1) * plane; i++) values[i] = table[bytes[i]!]!;
  }
  return values;
}

/** From the lowest to the highest value of some maps. */
function rangeOfAll(figures: readonly Figure[]): Range {
  const ranges = figures.flatMap(({ maps }) => maps.map(rangeOf));
  return combineRanges(ranges) ?? { low: 0, high: 0 };
}

const rangeOf = ({ low, high }: MapNumbers): Range | undefined =>
  low === null || high === null ? undefined : { low, high };

export interface LayerColors {
  readonly colors: Colors;
  /** One for each map. */
  readonly ranges: readonly Range[];
  /** The one of all, where they share it. */
  readonly shared: Range | undefined;
}

/** Which colours stand for which values, by what the reader chose. */
export function colorsOf(figure: Figure, state: ReportState): LayerColors {
  const { scale, colormap } = state;
  const layer = rangeOfAll(scale === "network" ? state.layers : [figure]);
  const usual = scale === "symmetric" || isSigned(layer) ? "coolwarm" : "viridis";
  const colors = colorsNamed(colormap === "auto" ? usual : colormap);
  const fitted = (range: Range) =>
    colors.diverging || scale === "symmetric" ? symmetricRange(range) : range;
  if (scale !== "map" || figure.form === "strip") {
    const shared = fitted(layer);
    return { colors, ranges: figure.maps.map(() => shared), shared };
  }
  const ranges = figure.maps.map((map) => fitted(rangeOf(map) ?? { low: 0, high: 0 }));
  return { colors, ranges, shared: undefined };
}

/** The part of the input that a value sees, in its pixels, cut at its border; undefined where it sees all. */
export function boxOf(
  field: LayerField | undefined,
  place: { readonly row: number; readonly column: number },
  input: { readonly width: number; readonly height: number },
): Rectangle | undefined {
  if (field === undefined || field === "all") return undefined;
  const [rows, columns] = field;
  const top = rows.start + place.row * rows.step;
  const left = columns.start + place.column * columns.step;
  return {
    left: Math.max(0, left),
    top: Math.max(0, top),
    right: Math.min(input.width, left + columns.size),
    bottom: Math.min(input.height, top + rows.size),
  };
}
