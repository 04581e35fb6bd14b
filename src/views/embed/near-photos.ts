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
 * Compares one photo with all: exactly, in doubles. One of the set itself is not compared with itself.
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
  const { width, vectors } = part;
  const own = part.names.indexOf(photo);
  const { vector, shown } =
    own >= 0
      ? {
          vector: vectors.subarray(own * width, (own + 1) * width),
          shown: await pictureOf(set, part.photos[own]!),
        }
      : await read();
  const apart = Float64Array.from(part.names, (_, row) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += (vectors[row * width + i]! - vector[i]!) ** 2;
    return Math.sqrt(sum);
  });
  const rows = [...apart.keys()]
    .filter((row) => row !== own)
    .sort((a, b) => apart[a]! - apart[b]! || a - b)
    .slice(0, count);
  const pictures = [shown && thumbnailOf(shown, nearThumbnail)];
  for (const row of rows) {
    const image = await pictureOf(set, part.photos[row]!);
    pictures.push(image && thumbnailOf(image, nearThumbnail));
  }
  return {
    photo,
    rows: Int32Array.from(rows),
    distances: Float64Array.from(rows, (row) => apart[row]!),
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

/** A photo that is gone by now is not drawn. */
async function pictureOf(set: DatasetSubject, index: number): Promise<Image | undefined> {
  try {
    return await set.original?.(index);
  } catch (error) {
    if (isBug(error) || !(error instanceof StriateError)) throw error;
    return undefined;
  }
}
