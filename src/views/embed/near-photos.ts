import { StriateError, isBug } from "../../base/errors.ts";
import { toFloat32 } from "../../base/tensor.ts";
import type { Image } from "../../data/pictures/image.ts";
import type { Raster } from "../../plot/raster.ts";
import type { ViewContext } from "../context.ts";
import { batchOf } from "../photo-batches.ts";
import type { DatasetSubject, LabelledPhoto } from "../subject.ts";
import { thumbnailOf } from "../thumbnail.ts";
import type { EmbedPart } from "./embed-part.ts";
import { type EmbeddingLayer, channelMeans } from "./embedding-layer.ts";
import { type VectorTable, blocksOf } from "./vector-table.ts";

/** Pixels of a photo's longer side in the picture of the nearest. */
export const nearThumbnail = 104;

/** The photos of a set that lie nearest to one photo, the nearest first. */
export interface NearPhotos {
  /** As it was asked for: a photo of the set by its name, or a path or an address. */
  readonly photo: string;
  /** Rows of the vectors, and their Euclidean distances. */
  readonly rows: Int32Array;
  readonly distances: Float64Array;
  /** The photo itself, then the nearest; undefined where one cannot be read again. */
  readonly pictures: readonly (Raster | undefined)[];
}

/**
 * Compares one photo with all: exactly, in doubles, block by block. One of the set itself is not compared with itself.
 *
 * @param batch photos in one run of the network: as many as the vectors were computed with
 * @throws StriateError where the photo cannot be read
 */
export async function nearPhotos(
  context: ViewContext,
  set: DatasetSubject,
  part: EmbedPart,
  layer: EmbeddingLayer,
  { photo, count, batch }: { photo: string; count: number; batch: number },
): Promise<NearPhotos> {
  const { vectors } = part;
  const { width } = vectors;
  const own = part.names.indexOf(photo);
  const { vector, shown } =
    own >= 0
      ? {
          vector: vectors.block(own, own + 1),
          shown: await pictureOf(set, part.photos[own]!),
        }
      : await read();
  const { rows, distances } = nearestTo(vector, vectors, count, own);
  const pictures = [shown && thumbnailOf(shown, nearThumbnail)];
  for (const row of rows) {
    const image = await pictureOf(set, part.photos[row]!);
    pictures.push(image && thumbnailOf(image, nearThumbnail));
  }
  return {
    photo,
    rows: Int32Array.from(rows),
    distances: Float64Array.from(distances),
    pictures,
  };

  async function read(): Promise<{ vector: Float32Array; shown: Image }> {
    if (set.other === undefined)
      throw new StriateError(
        `"${photo}": is no photo of ${set.name}, and this set reads no others; give one of its names`,
      );
    const { photo: shown, inputs } = await set.other(photo);
    const { running } = context;
    const fixed = running.network.inputs[0]?.shape[0];
    const feeds = batchOf(
      [inputs as LabelledPhoto["inputs"]],
      typeof fixed === "number" ? fixed : batch,
    );
    const [value] = await running.behind(feeds, [layer.value], channelMeans(layer));
    const vector = toFloat32(value!).data.slice(0, width);
    if (!vector.every(Number.isFinite))
      throw new StriateError(`${photo}: layer "${layer.address}" gives no finite numbers for it`);
    return { vector, shown };
  }
}

/** The rows nearest to a vector, the nearest first; of those that are as far the first. @param own a row that is not */
function nearestTo(vector: Float32Array, table: VectorTable, count: number, own: number) {
  const rows: number[] = [];
  const distances: number[] = [];
  for (const { from, to, data } of blocksOf(table))
    for (let row = from; row < to; row++) {
      if (row === own) continue;
      let sum = 0;
      const start = (row - from) * table.width;
      for (let i = 0; i < table.width; i++) sum += (data[start + i]! - vector[i]!) ** 2;
      const distance = Math.sqrt(sum);
      if (rows.length === count && distance >= distances.at(-1)!) continue;
      let at = rows.length;
      while (at > 0 && distances[at - 1]! > distance) at--;
      rows.splice(at, 0, row);
      distances.splice(at, 0, distance);
      if (rows.length > count) [rows.length, distances.length] = [count, count];
    }
  return { rows, distances };
}

/** A photo that is gone by now is not drawn. */
async function pictureOf(set: DatasetSubject, index: number): Promise<Image | undefined> {
  try {
    return await set.original?.(index);
  } catch (error) {
    if (isBug(error) || !(error instanceof StriateError)) throw error;
    return undefined;
  }
}
