import { StriateError, isBug } from "../../base/errors.ts";
import { inOrder } from "../../data/examples/in-order.ts";
import type { Raster } from "../../plot/raster.ts";
import type { DatasetSubject } from "../subject.ts";
import { thumbnailOf } from "../thumbnail.ts";
import type { EmbedPart } from "./embed-part.ts";

/** Thumbnails along a side of the map, and their pixels. */
export const mapSide = 28;
export const mapThumbnail = 36;

/** One photo for each place of the map that has some. */
export type MapPhotos = readonly { readonly row: number; readonly raster: Raster }[];

/** Where each photo lies, 0 to 1 both ways. */
export function unitPlaces(places: Float32Array): Float32Array {
  const range = (axis: 0 | 1) => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = axis; i < places.length; i += 2) {
      low = Math.min(low, places[i]!);
      high = Math.max(high, places[i]!);
    }
    return [low, Math.max(0, high - low)] as const;
  };
  const ranges = [range(0), range(1)] as const;
  // Two photos lie on a line: along the other axis they differ by rounding alone, and stand in its middle.
  const least = 1e-5 * Math.max(ranges[0][1], ranges[1][1]);
  return places.map((value, i) => {
    const [low, length] = ranges[i % 2]!;
    return length > least ? (value - low) / length : 0.5;
  });
}

/** Reads one photo again for each place of a grid over the map: the first of the set that lies there. */
export async function mapPhotos(
  set: DatasetSubject,
  { photos }: EmbedPart,
  places: Float32Array,
): Promise<MapPhotos> {
  if (set.original === undefined) return [];
  const at = unitPlaces(places);
  const chosen = new Map<number, number>();
  for (let row = 0; row < photos.length; row++) {
    const cell = (value: number) => Math.min(mapSide - 1, Math.floor(value * mapSide));
    const key = cell(at[2 * row + 1]!) * mapSide + cell(at[2 * row]!);
    if (!chosen.has(key)) chosen.set(key, row);
  }
  const rows = [...chosen.values()].sort((a, b) => a - b);
  const found: { row: number; raster: Raster }[] = [];
  for await (const each of inOrder(rows, 8, async (row) => {
    try {
      const image = await set.original!(photos[row]!);
      return image && { row, raster: thumbnailOf(image, mapThumbnail) };
    } catch (error) {
      if (isBug(error) || !(error instanceof StriateError)) throw error;
      return undefined;
    }
  }))
    if (each) found.push(each);
  return found;
}
