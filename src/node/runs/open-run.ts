import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { availableParallelism } from "node:os";
import { opendir, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { datasetSubject } from "../../api/dataset-subject.ts";
import { Model } from "../../api/model.ts";
import { openDatasetFor } from "../../api/open-dataset.ts";
import { openModel } from "../../api/open-model.ts";
import { StriateError, messageOf } from "../../base/errors.ts";
import { type Fields, type Values, parseFields } from "../../base/fields.ts";
import { namedDataset } from "../../data/named-datasets.ts";
import type { ImageSet } from "../../data/examples/image-set.ts";
import { type StoredPart, mergeAll } from "../../runs/parts.ts";
import { type RunData, type RunManifest, shardSize } from "../../runs/manifest.ts";
import { runtime } from "../../runtime/node/index.ts";
import { version } from "../../version.ts";
import { viewNamed } from "../../views/all-views.ts";
import { viewContext } from "../../views/context.ts";
import type { View } from "../../views/define-view.ts";
import { type Seen, runView } from "../../views/run-view.ts";
import type { Shards } from "../../views/shards.ts";
import type { DatasetSubject } from "../../views/subject.ts";
import { reasonOf } from "../files/files.ts";
import { scratchIn } from "../files/scratch.ts";

/** A view that can be computed in shards. */
export type ShardedView = View<"dataset", Fields, Fields, unknown> & {
  readonly shards: Shards<Fields, unknown>;
};

/** This worker is not fit for the run; another one may be. */
export class OtherVersionError extends StriateError {
  override name = "OtherVersionError";
}

/**
 * A run as its workers and whoever conducts it know it.
 *
 * @typeParam R what all shards come to
 */
export interface OpenRun<R = unknown> {
  readonly manifest: RunManifest;
  /** What the photos from one number to another come to. The same photos are the same bytes. */
  compute(from: number, to: number, options: ComputeOptions): Promise<Uint8Array>;
  /** Whether the files that a part speaks of are there yet; a part that speaks of none is whole. */
  isWhole?(part: Uint8Array): Promise<boolean>;
  /**
   * All parts, in their order, as the result.
   *
   * @param folder of the run: what does not fit into the memory is put there until the run is closed
   */
  merge(parts: AsyncIterable<StoredPart>, folder: string): Promise<R>;
  close(): Promise<void>;
}

export type ComputeOptions = Pick<
  NonNullable<Parameters<typeof viewContext>[1]>,
  "signal" | "onProgress"
>;

/** What a view saw of a data set. */
export type SeenSet = Seen<"dataset", never, never, unknown>;

/** A run of a view: the model, the photos, the view with its questions. */
export interface ViewRun extends OpenRun<SeenSet> {
  readonly view: ShardedView;
  readonly asks: Values<Fields>;
  readonly model: Model;
  readonly set: ImageSet;
  readonly subject: DatasetSubject;
}

/** What a run is asked for. */
export interface AskedRun {
  readonly view: ShardedView;
  readonly asks: Values<Fields>;
  readonly model: string;
  readonly data: RunData;
  readonly seed: number;
  readonly memory: number;
}

/** Opens model and photos, and writes down what makes this run. */
export async function planRun(asked: AskedRun): Promise<ViewRun> {
  const { view, asks, data, seed, memory } = asked;
  const { model, set, subject } = await openParts(asked.model, data, view);
  const { bytesPerPhoto } = view.shards.costs(model.network, subject, asks, memory, true);
  const manifest: RunManifest = {
    striate: version,
    engine: await runtime.engine(),
    view: view.id,
    asks,
    model: { path: resolve(asked.model), sha256: await digestOfFile(asked.model) },
    data: { ...data, source: placeOf(data.source) },
    photos: subject.length,
    listing: listingOf(set, data),
    shard: shardSize(subject.length, memory, bytesPerPhoto),
    seed,
    memory,
  };
  return viewRun({ manifest, view, asks, model, set, subject });
}

/**
 * Opens the run of a manifest for a worker.
 *
 * @param places where model and photos lie on this machine, if elsewhere
 * @throws StriateError where this striate, the model or the photos are others than those of the manifest
 */
export async function openRun(
  manifest: RunManifest,
  places: { model?: string | undefined; data?: string | undefined } = {},
): Promise<ViewRun> {
  await checkVersions(manifest);
  const view = shardedView(manifest.view);
  const asks = parseFields(view.asks, manifest.asks);
  const path = places.model ?? manifest.model.path;
  await checkModel(manifest, path);
  const data = { ...manifest.data, source: places.data ?? manifest.data.source };
  const { model, set, subject } = await openParts(path, data, view);
  if (listingOf(set, data) !== manifest.listing || subject.length !== manifest.photos)
    throw new StriateError(
      `${data.source}: holds other photos than the run was begun with (${subject.length}, then ${manifest.photos}); give the same by --data`,
    );
  return viewRun({ manifest, view, asks, model, set, subject });
}

/** @throws OtherVersionError where this striate or its engine is another one */
export async function checkVersions(manifest: RunManifest): Promise<void> {
  for (const [name, theirs, ours] of [
    ["striate", manifest.striate, version],
    ["the engine", manifest.engine, await runtime.engine()],
  ])
    if (theirs !== ours)
      throw new OtherVersionError(
        `the run was begun with ${name} ${theirs}, and this worker has ${ours}: their numbers may differ; install the same version here`,
      );
}

/** @throws StriateError where a file is not the model of the run */
export async function checkModel(manifest: RunManifest, path: string): Promise<void> {
  if ((await digestOfFile(path)) !== manifest.model.sha256)
    throw new StriateError(
      `${path}: is not the model that the run was begun with; give that file by --model`,
    );
}

/** @throws StriateError where there is no such view, or it cannot be computed in shards */
export function shardedView(id: string): ShardedView {
  const view = viewNamed(id);
  if (view.shards && view.takes === "dataset") return view as unknown as ShardedView;
  throw new StriateError(`"${id}" is not computed shard by shard`);
}

async function openParts(path: string, data: RunData, { shards }: ShardedView) {
  // One thread: the work is shared out by photos, and the numbers are those of any other number of workers.
  const model = new Model(await openModel(path), runtime, { threads: 1 });
  const set = await openDatasetFor(model.network, data.source, {
    ...(data.size && { size: data.size as [number, number] }),
    jfifOnly: data.jfif_only,
    ...{ keep: false, unlabelled: shards.needsClasses !== true },
  });
  const { split, limit, scale } = data;
  return { model, set, subject: datasetSubject(model.network, set, { split, limit, scale }) };
}

type ViewParts = Pick<ViewRun, "manifest" | "view" | "asks" | "model" | "set" | "subject">;

function viewRun(parts: ViewParts): ViewRun {
  const { manifest, view, asks, model, set, subject } = parts;
  const { seed, memory } = manifest;
  let scratch: ReturnType<typeof scratchIn> | undefined;
  const context = (options: ComputeOptions = {}) =>
    viewContext(model.running, { seed, memory, measure: model.measure(), ...options });
  return {
    ...parts,
    async compute(from, to, options) {
      const part = await view.shards.part(context(options), subject.range!(from, to), asks);
      return view.shards.write(part);
    },
    async merge(results, folder) {
      scratch ??= scratchIn(folder);
      const all = await mergeAll(view.shards, results, manifest.photos);
      const finished: ShardedView = {
        ...view,
        compute: (inner) => view.shards.finish(inner, all, subject, asks),
      };
      return (await runView(finished, { ...context(), scratch }, subject, asks)) as never;
    },
    async close() {
      scratch?.close();
      await set.close();
      await model.dispose();
    },
  };
}

/** Labels, names, sizes and checksums (of zips; of the first bytes elsewhere) of the photos in their order. */
function listingOf(set: ImageSet, { split, limit }: RunData): string {
  const hash = createHash("sha256");
  for (const index of set.indices(split ?? undefined).subarray(0, limit ?? Infinity)) {
    const { label, id, print } = set.listed(index);
    hash.update(`${label} ${id} ${print}\n`);
  }
  return hash.digest("hex");
}

/** A path as it is found from anywhere; names of sets and addresses stay as they are. */
const placeOf = (source: string): string =>
  namedDataset(source) || /^https?:/.test(source) ? source : resolve(source);

/**
 * The SHA-256 of a file, or of all files of a folder by their names.
 *
 * @param mostFiles a folder of more is none of a model: the root of a disk, say
 */
export async function digestOfFile(path: string, mostFiles = 10_000): Promise<string> {
  const hash = createHash("sha256");
  try {
    const isFolder = (await stat(path)).isDirectory();
    const files = isFolder ? (await filesIn(path, mostFiles)).sort() : [""];
    for (const file of files) {
      const at = join(path, file);
      if (!(await stat(at)).isFile()) continue;
      hash.update(file);
      for await (const chunk of createReadStream(at)) hash.update(chunk as Uint8Array);
    }
  } catch (error) {
    const reason =
      error instanceof StriateError ? messageOf(error) : `cannot be read: ${reasonOf(error)}`;
    throw new StriateError(`${path}: ${reason}`, { cause: error });
  }
  return hash.digest("hex");
}

async function filesIn(folder: string, most: number): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of await opendir(folder, { recursive: true }))
    if (files.push(relative(folder, join(entry.parentPath, entry.name))) > most)
      throw new StriateError(`holds more than ${most} files; name the model's own folder`);
  return files;
}

/** Workers that a machine runs at once, by default. */
export const defaultWorkers = (): number => availableParallelism();
