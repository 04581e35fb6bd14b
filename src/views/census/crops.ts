import { StriateError, isBug } from "../../base/errors.ts";
import type { Image } from "../../data/pictures/image.ts";
import { inOrder } from "../../data/examples/in-order.ts";
import type { Raster } from "../../plot/raster.ts";
import type { DatasetSubject } from "../subject.ts";
import { thumbnailOf } from "../thumbnail.ts";
import type { CensusNumbers } from "./statistics.ts";
import type { RankedPhotos } from "./ranked-photos.ts";

/** Pixels of a crop's side in a sheet. */
export const cropSize = 56;

/** What a unit sees where it answers most, of some photos. */
export interface Crops {
  /** Crops of a unit: of the top, then of the sample. */
  readonly top: number;
  readonly sample: number;
  /** Units that have them: those from the first on. */
  readonly units: number;
  /** By unit and crop; undefined where a photo cannot be read again. */
  readonly rasters: readonly (Raster | undefined)[];
}

/** Photos that are decoded at the same time. */
const width = 8;

/**
 * Reads the photos of the top and the sample again, each once, and cuts out what each peak sees.
 *
 * @param memory bytes that the crops may take; where there are more, the last units have none
 */
export async function cutCrops(
  { part, asks, units }: CensusNumbers,
  set: DatasetSubject,
  memory: number,
): Promise<Crops | undefined> {
  const top = Math.min(asks.sheets, part.top.count);
  const sample = Math.min(Math.ceil(asks.sheets / 2), part.sample.count);
  const each = top + sample;
  if (asks.sheets === 0) return undefined;
  if (each === 0 || set.original === undefined) return { top: 0, sample: 0, units, rasters: [] };
  const most = Math.floor(memory / (3 * cropSize ** 2) / each);
  const drawn = Math.min(units, most);
  const wanted = new Map<number, { list: RankedPhotos; from: number; to: number }[]>();
  for (let unit = 0; unit < drawn; unit++)
    for (let i = 0; i < each; i++) {
      const list = i < top ? part.top : part.sample;
      const from = unit * list.count + (i < top ? i : i - top);
      const photo = list.photos[from]!;
      const cuts = wanted.get(photo) ?? [];
      cuts.push({ list, from, to: unit * each + i });
      wanted.set(photo, cuts);
    }
  const rasters = new Array<Raster | undefined>(drawn * each).fill(undefined);
  const numbers = [...wanted.keys()].sort((a, b) => a - b);
  for await (const { number, image } of inOrder(numbers, width, async (photo) => ({
    number: photo,
    image: await original(set, photo),
  })))
    for (const { list, from, to } of image ? wanted.get(number)! : [])
      rasters[to] = thumbnailOf(cropOf(image!, list.boxes.subarray(4 * from)), cropSize);
  return { top, sample, units: drawn, rasters };
}

/** A photo that is gone by now is not drawn; the numbers are of before. */
async function original(set: DatasetSubject, photo: number): Promise<Image | undefined> {
  try {
    return await set.original!(photo);
  } catch (error) {
    if (isBug(error) || !(error instanceof StriateError)) throw error;
    return undefined;
  }
}

/** The pixels of a box, as they are. @param box left, top, right, bottom */
export function cropOf(image: Image, box: ArrayLike<number>): Image {
  const [left, top] = [box[0]!, box[1]!];
  const [across, down] = [Math.max(1, box[2]! - left), Math.max(1, box[3]! - top)];
  // bounded: by the picture
  const data = new Uint8Array(3 * across * down);
  for (let y = 0; y < down; y++) {
    const from = 3 * ((top + y) * image.width + left);
    data.set(image.data.subarray(from, from + 3 * across), 3 * y * across);
  }
  return { ...image, width: across, height: down, data };
}
