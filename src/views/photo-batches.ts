import { counted } from "../base/counted.ts";
import { pushAll } from "../base/extremes.ts";
import { StriateError } from "../base/errors.ts";
import { type Tensor, toFloat32 } from "../base/tensor.ts";
import type { SkippedFile } from "../data/files/class-folders.ts";
import { joinRows, takeRows } from "../model/rows.ts";
import type { ViewContext } from "./context.ts";
import type { DatasetSubject, LabelledPhoto } from "./subject.ts";

/** Photos that go through the network together. */
export interface SomePhotos {
  readonly photos: readonly LabelledPhoto[];
  /** Their inputs in one batch, filled up to the size of all others. */
  readonly inputs: Readonly<Record<string, Tensor>>;
}

/**
 * @param read how many photos of a set went through the network
 * @param needed how many of them a view says something of
 * @throws StriateError where fewer could be read, with why the first could not
 */
export function requirePhotos(
  { name }: DatasetSubject,
  read: number,
  [first]: readonly SkippedFile[],
  needed = 1,
): void {
  if (read >= needed || first === undefined) return;
  const how = read === 0 ? "no photo" : `only ${read} of the photos`;
  throw new StriateError(`${name}: ${how} could be read; ${first.path}: ${first.reason}`);
}

/**
 * The photos of a shard in batches of one size, the last one filled up: what a photo gives must not depend on how
 * many there are beside it. A network whose batch is fixed says its size.
 *
 * @returns the batches, and a list that gets those that cannot be read
 */
export function photoBatches(
  context: ViewContext,
  set: DatasetSubject,
  wanted: number,
): { batches: AsyncGenerator<SomePhotos>; skipped: SkippedFile[]; size: number } {
  const fixed = context.running.network.inputs[0]?.shape[0];
  const size = typeof fixed === "number" ? fixed : wanted;
  const skipped: SkippedFile[] = [];
  return { batches: read(), skipped, size };

  async function* read(): AsyncGenerator<SomePhotos> {
    // Where the shard was begun once before, the set tells of a photo for the second time.
    const before = timesOf(set);
    let done = 0;
    let waiting: LabelledPhoto[] = [];
    for await (const photo of set.photos()) {
      waiting.push({ ...photo, index: photo.index ?? done });
      done++;
      if (waiting.length < size) continue;
      yield {
        photos: waiting,
        inputs: batchOf(
          waiting.map(({ inputs }) => inputs),
          size,
        ),
      };
      waiting = [];
      context.progress(
        Math.min(1, done / set.length),
        `${done} of ${counted(set.length, "photo")}`,
      );
      context.throwIfStopped();
    }
    if (waiting.length > 0)
      yield {
        photos: waiting,
        inputs: batchOf(
          waiting.map(({ inputs }) => inputs),
          size,
        ),
      };
    const now = timesOf(set);
    const unread = new Map((set.skipped?.() ?? []).map((file) => [file.path, file]));
    pushAll(
      skipped,
      [...unread.values()]
        .filter(({ path }) => now.get(path)! > (before.get(path) ?? 0))
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
    );
  }
}

/** How often a set says of each photo that it cannot be read. */
function timesOf(set: DatasetSubject): Map<string, number> {
  const times = new Map<string, number>();
  for (const { path } of set.skipped?.() ?? []) times.set(path, (times.get(path) ?? 0) + 1);
  return times;
}

/** The inputs of several photos in one batch, the last one again and again where there are too few. */
export function batchOf(
  inputs: readonly LabelledPhoto["inputs"][],
  size: number,
): Record<string, Tensor> {
  const { length } = inputs;
  if (length === 0) throw new StriateError("a batch needs at least one photo");
  const parts = { size: 1, rows: length, starts: inputs.map((_, i) => i) };
  return Object.fromEntries(
    Object.keys(inputs[0]!).map((name) => {
      const each = inputs.map((input) => toFloat32(input[name]!));
      return [name, takeRows(joinRows(each, parts, `input "${name}"`), 0, size)];
    }),
  );
}

/** @throws StriateError where a photo is of a class that there is not */
export function checkLabel({ name, label }: LabelledPhoto, classes: number): void {
  if (!(label >= 0 && label < classes))
    throw new StriateError(`${name}: is of class ${label}, and there are ${classes}`);
}
