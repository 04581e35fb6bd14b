import type { Affine } from "../../base/affine.ts";
import { StriateError } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { SkippedFile } from "../../data/files/class-folders.ts";
import { type Image, lumaOf } from "../../data/pictures/image.ts";
import type { ViewContext } from "../context.ts";
import { batchOf, checkLabel, photoBatches } from "../photo-batches.ts";
import type { DatasetSubject, LabelledPhoto } from "../subject.ts";
import type { CensusAsks, CensusPlan } from "./census-plan.ts";
import { columnOf, readings, reductions } from "./reductions.ts";

/** What is remembered of a photo until its shard is counted. */
export interface PhotoReadings {
  readonly index: number;
  readonly name: string;
  readonly label: number;
  /** [height, width] of the input, and of the photo in its file. */
  readonly input: readonly [number, number];
  readonly size: readonly [number, number];
  readonly toFile: Affine | undefined;
}

/** The readings of a shard's photos, a row each. */
export interface ShardReadings {
  readonly photos: readonly PhotoReadings[];
  readonly units: number;
  readonly numbers: Float32Array;
  /** The same of the grey and of the shuffled photos, where they were asked for. */
  readonly greys: Float32Array | undefined;
  readonly shuffles: Float32Array | undefined;
  readonly skipped: readonly SkippedFile[];
}

/** Runs the network over a shard, and keeps what the engine makes of each map. */
export async function readShard(
  context: ViewContext,
  set: DatasetSubject,
  plan: CensusPlan,
  asks: CensusAsks,
): Promise<ShardReadings> {
  const { running } = context;
  const { layers, units } = plan;
  const stride = readings.length * units;
  const table = () => new Float32Array(set.length * stride);
  const numbers = table();
  const greys = asks.grey ? table() : undefined;
  const shuffles = asks.shuffled ? table() : undefined;
  const photos: PhotoReadings[] = [];
  const part = reductions(layers);
  const values = layers.map(({ value }) => value);
  const { batches, skipped, size } = photoBatches(context, set, asks.batch);
  const run = async (inputs: Readonly<Record<string, Tensor>>) => {
    const [found] = await running.behind(inputs, values, part);
    return found!.data as Float32Array;
  };
  for await (const { photos: some, inputs } of batches) {
    const found = await run(inputs);
    const changed = async (change: ((photo: Image) => Image) | undefined) =>
      change &&
      (await run(
        batchOf(
          some.map((photo) => changedInputs(set, photo, change)),
          size,
        ),
      ));
    const grey = await changed(asks.grey ? greyed : undefined);
    const shuffled = await changed(asks.shuffled ? shuffledPatches : undefined);
    some.forEach((photo, row) => {
      checkLabel(photo, plan.classNames.length);
      const own = found.subarray(row * stride, (row + 1) * stride);
      const odd = layers.find((layer) =>
        (["mean", "maximum", "spread"] as const).some((kind) => {
          const from = columnOf(layer, kind, 0);
          return !isFiniteWithin(own, from, from + layer.units);
        }),
      );
      if (odd) {
        const reason = `layer "${odd.address}" gives values that are no finite numbers`;
        skipped.push({ path: photo.name, reason });
        return;
      }
      const at = photos.length;
      numbers.set(own, at * stride);
      greys?.set(grey!.subarray(row * stride, (row + 1) * stride), at * stride);
      shuffles?.set(shuffled!.subarray(row * stride, (row + 1) * stride), at * stride);
      photos.push(remembered(photo));
    });
  }
  return { photos, units, numbers, greys, shuffles, skipped };
}

function isFiniteWithin(numbers: Float32Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (!Number.isFinite(numbers[i])) return false;
  return true;
}

function remembered({ index, name, label, place, photo, inputs }: LabelledPhoto): PhotoReadings {
  const shape = Object.values(inputs)[0]!.shape;
  const input = place?.size ?? [shape[1] ?? 1, shape[2] ?? 1];
  const size = photo?.origin.storedSize ?? input;
  return { index: index!, name, label, input, size, toFile: place?.toFile };
}

function changedInputs(
  set: DatasetSubject,
  { photo, name }: LabelledPhoto,
  change: (photo: Image) => Image,
): LabelledPhoto["inputs"] {
  if (photo === undefined || set.prepare === undefined)
    throw new StriateError(
      `${name}: grey and shuffled photos are made of pictures, not of tensors`,
    );
  return set.prepare(change(photo));
}

/** The luma in all three colours. */
function greyed(photo: Image): Image {
  const luma = lumaOf({ ...photo, data: Uint8Array.from(photo.data) });
  return { ...photo, data: photo.data.map((_, i) => luma[Math.floor(i / 3)]!) };
}

/** Patches along a side. */
const patches = 4;
/** Where each of the 16 patches goes: the same for every photo. */
const goal = new Random(7).shuffle(Array.from({ length: patches ** 2 }, (_, i) => i));

/** The photo cut into 4 x 4 patches that changed places: colours and textures stay, shapes go. */
function shuffledPatches(photo: Image): Image {
  const { width, height, data } = photo;
  const [wide, tall] = [Math.floor(width / patches), Math.floor(height / patches)];
  const changed = data.slice();
  goal.forEach((from, to) => {
    const [fromY, fromX] = [Math.floor(from / patches) * tall, (from % patches) * wide];
    const [toY, toX] = [Math.floor(to / patches) * tall, (to % patches) * wide];
    for (let y = 0; y < tall; y++) {
      const row = 3 * ((fromY + y) * width + fromX);
      changed.set(data.subarray(row, row + 3 * wide), 3 * ((toY + y) * width + toX));
    }
  });
  return { ...photo, data: changed };
}
