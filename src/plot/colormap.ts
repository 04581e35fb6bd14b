import { StriateError } from "../base/errors.ts";
import { nearestNames } from "../base/names.ts";
import { decodeBase64 } from "./base64.ts";
import type { Rgb } from "./color.ts";
import { colormapTables } from "./colormap-tables.ts";
import type { Range } from "./range.ts";

/** A name of a colormap, as matplotlib spells it (`grey` is matplotlib's `gray`). */
export type ColormapName = keyof typeof colormapTables;

/** A table that turns numbers into colours. */
export interface Colormap {
  readonly name: ColormapName;
  /** 256 colours, red, green and blue of each: 768 bytes. */
  readonly table: Uint8Array;
  /** Whether the middle of the table stands for zero and its two halves for the two signs. */
  readonly diverging: boolean;
}

/** The colormaps by name, the default first. */
export const colormapNames = Object.keys(colormapTables) as ColormapName[];

const diverging: ReadonlySet<string> = new Set<ColormapName>(["coolwarm", "RdBu_r"]);
const decoded = new Map<ColormapName, Colormap>();

/**
 * The colormap of a name, in any case; `gray` and `grey` are the same.
 *
 * Source: matplotlib's tables, each byte the nearest to matplotlib's number (fixtures/colormaps.py).
 * @throws StriateError for a name that is none, with the nearest ones
 */
export function colormap(name: string): Colormap {
  const wanted = name.toLowerCase().replace(/^gray$/, "grey");
  const found = colormapNames.find((known) => known.toLowerCase() === wanted);
  if (!found)
    throw new StriateError(
      `no colormap "${name}"; nearest: ${nearestNames(name, colormapNames, 2).join(", ")} (there are ${colormapNames.join(", ")})`,
    );
  let map = decoded.get(found);
  if (!map) {
    const table = decodeBase64(colormapTables[found]);
    decoded.set(found, (map = { name: found, table, diverging: diverging.has(found) }));
  }
  return map;
}

/**
 * Writes for each value the number of its colour, 0 to 255, as matplotlib's `Normalize` and
 * `Colormap.__call__` do: `floor(256 * (v - low) / (high - low))`, and the ends for what lies outside.
 * With a range of one value only, everything inside gets 0. NaN gets 0 too: mark it otherwise.
 *
 * @param values are not changed
 * @param indices where the numbers are written
 */
export function colorIndices(
  values: Float32Array,
  { low, high }: Range,
  indices: Uint8Array = new Uint8Array(values.length),
): Uint8Array {
  const span = high - low;
  const count = values.length;
  if (!(span > 0)) {
    for (let i = 0; i < count; i++) indices[i] = values[i]! > high ? 255 : 0;
    return indices;
  }
  for (let i = 0; i < count; i++) {
    const at = ((values[i]! - low) / span) * 256;
    indices[i] = at >= 255 ? 255 : at > 0 ? at : 0;
  }
  return indices;
}

/** The colour of one entry of a colormap, 0 to 255. */
export function colorAt(map: Colormap, index: number): Rgb {
  const at = index * 3;
  return [map.table[at]!, map.table[at + 1]!, map.table[at + 2]!];
}
