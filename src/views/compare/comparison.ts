import type { Tensor } from "../../base/tensor.ts";
import type { ExplainedTarget, ExplanationMap } from "../explain/explanation.ts";
import { resizedPlane, stackedPlane } from "../heatmap/stacked-plane.ts";
import { type Agreement, type ComparablePlane, agreement, comparable } from "./agreement.ts";

/** Heatmaps side by side, and how alike each two of them are. */
export interface Comparison {
  readonly maps: readonly ComparedMap[];
  readonly pairs: readonly ComparedPair[];
  /** The maps at one size, by their order. */
  readonly planes: readonly ComparablePlane[];
  /** The methods' own arrays, with the first map that they belong to. */
  readonly arrays?: readonly {
    readonly map: number;
    readonly name: string;
    readonly value: Tensor;
  }[];
  /** What could not be done. */
  readonly notes: readonly string[];
}

/** A heatmap with all that tells it from the others. */
export interface ComparedMap extends ExplanationMap {
  /** Which of the photos. */
  readonly photo: number;
  readonly photoName: string;
  /** `grad-cam`, and as it is called: `Grad-CAM`. */
  readonly method: string;
  readonly title: string;
  readonly target: ExplainedTarget;
  /** The file of its network, where there are two. */
  readonly network?: string;
}

/** Two maps by their numbers, the smaller first. */
export interface ComparedPair extends Agreement {
  readonly a: number;
  readonly b: number;
}

/** Rows and columns of the grid on which all maps are compared. */
const side = 150;
/** Of volumes slices too. */
const volumeSides = [16, 40, 40];

/** The comparison with more maps, each compared with all before it. */
export function addMaps(
  before: Comparison,
  maps: readonly ComparedMap[],
  arrays: readonly (readonly [name: string, value: Tensor])[],
): Comparison {
  const planes = [...before.planes];
  const pairs = [...before.pairs];
  for (const map of maps) {
    const plane = comparable(atOneSize(map));
    planes.forEach((other, a) => pairs.push({ a, b: planes.length, ...agreement(other, plane) }));
    planes.push(plane);
  }
  const own = arrays.map(([name, value]) => ({ map: before.maps.length, name, value }));
  return {
    ...before,
    maps: [...before.maps, ...maps],
    pairs,
    planes,
    arrays: [...(before.arrays ?? []), ...own],
  };
}

/** Maps lie over the whole input, whatever their resolution: on one grid their places are the same. */
function atOneSize(map: ExplanationMap) {
  const { slices } = map;
  const one = slices === undefined ? [map.height === 1 ? 1 : side, side] : volumeSides;
  const to = stackedPlane(one);
  return { ...to, values: resizedPlane(map.values, map, to) };
}

/** What tells a map from the others: `Grad-CAM, dog`; the method where nothing does. */
export const varying = (maps: readonly ComparedMap[], map: ComparedMap): string =>
  varyingParts(maps, map).join(", ");

/** {@link varying} word by word. At least one. */
export function varyingParts(maps: readonly ComparedMap[], map: ComparedMap): string[] {
  const parts: ((each: ComparedMap) => string | undefined)[] = [
    ({ title }) => title,
    ({ target }) => target.name,
    ({ layer }) => layer,
    ({ photoName }) => `photo ${photoName}`,
    ({ network }) => network,
  ];
  // A method of pixels has no layer, which does not tell it from the others.
  const words = parts
    .filter((part) => new Set(maps.flatMap((each) => part(each) ?? [])).size > 1)
    .flatMap((part) => part(map) ?? []);
  return words.length > 0 ? words : [map.title];
}
