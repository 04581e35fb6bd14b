import { counted } from "../../base/counted.ts";
import { checkedLength } from "../../base/checked-length.ts";
import { withThousands } from "../../base/text-table.ts";
import { StriateError } from "../../base/errors.ts";
import { formatShape, sameShape } from "../../base/shape.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import type { LabelMode } from "../../data/examples/batch.ts";
import { resizeImage } from "../../data/pictures/resize.ts";
import { findHead } from "../../model/head/head.ts";
import type { Network } from "../../model/network.ts";
import { joinRows } from "../../model/rows.ts";
import { type Raster, raster } from "../../plot/raster.ts";
import type { ViewContext } from "../context.ts";
import type { DatasetSubject, LabelledPhoto, PhotoSubject } from "../subject.ts";
import type { MeasuredBatch } from "./measure.ts";

/** A batch that remembers its photos. */
export interface PhotoBatch extends MeasuredBatch {
  readonly photos: readonly LabelledPhoto[];
}

/** No classifier has more. */
const mostClasses = 1_000_000;

/** Names of the classes: the data set's, else the network's, else numbers. */
export function classNamesOf(network: Network, { labels }: DatasetSubject): readonly string[] {
  if (labels) return labels;
  const head = findHead(network);
  const classes = checkedLength(head?.classes ?? 0, "classes", mostClasses);
  return head?.labels ?? Array.from({ length: classes }, (_, i) => `class ${i}`);
}

/** The photos of a data set in batches, read as they are asked for. */
export async function* measuredBatches(
  context: ViewContext,
  set: DatasetSubject,
  how: { size: number; labels: LabelMode; classNames: readonly string[] },
): AsyncGenerator<PhotoBatch, void, undefined> {
  let [photos, done]: [LabelledPhoto[], number] = [[], 0];
  for await (const photo of set.photos()) {
    if (!(photo.label < how.classNames.length))
      throw new StriateError(
        `${photo.name}: is of class ${photo.label}, and there are ${how.classNames.length}: ` +
          how.classNames.slice(0, 8).join(", "),
      );
    photos.push(photo);
    if (photos.length < how.size) continue;
    yield batchOf(photos, how);
    done += photos.length;
    context.progress(
      done / set.length,
      `${withThousands(done)} of ${counted(set.length, "picture")}`,
    );
    context.throwIfStopped();
    photos = [];
  }
  if (photos.length > 0) yield batchOf(photos, how);
}

function batchOf(
  photos: readonly LabelledPhoto[],
  { labels, classNames }: { labels: LabelMode; classNames: readonly string[] },
): PhotoBatch {
  const { length } = photos;
  const parts = { size: 1, rows: length, starts: photos.map((_, i) => i) };
  const stacked = Object.keys(photos[0]!.inputs).map((name): [string, Tensor] => {
    const each = photos.map(({ inputs }) => inputs[name]!);
    const odd = photos.find(({ inputs }) => !sameShape(inputs[name]!.shape, each[0]!.shape));
    if (odd)
      throw new StriateError(
        `${odd.name}: input "${name}" is ${formatShape(odd.inputs[name]!.shape)}, the batch began with ` +
          `${formatShape(each[0]!.shape)}; give all photos one size`,
      );
    return [name, joinRows(each, parts, `input "${name}"`)];
  });
  const y = Int32Array.from(photos, ({ label }) => label);
  return {
    x: Object.fromEntries(stacked),
    y:
      labels === "categorical"
        ? oneHot(y, classNames.length)
        : { type: "int32", shape: [length], data: y },
    ids: photos.map(({ name }) => name),
    photos,
  };
}

/** A row of zeros with a one for each label. */
function oneHot(labels: Int32Array, classes: number): Tensor<"float32"> {
  const data = new Float32Array(checkedLength(labels.length * classes, "targets", 2 ** 28));
  labels.forEach((label, row) => (data[row * classes + label] = 1));
  return float32([labels.length, classes], data);
}

/** The photo as the network gets it, before its values are scaled. */
export function pictureOf({ photo, place }: PhotoSubject): Raster | undefined {
  if (photo === undefined) return undefined;
  const { width, height, data } = resizeImage(
    photo,
    place?.size ?? [photo.height, photo.width],
    "bilinear",
  );
  return raster(width, height, 3, new Uint8Array(Uint8ClampedArray.from(data).buffer));
}
