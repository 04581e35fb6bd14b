import { checkedLength } from "../base/checked-length.ts";
import { StriateError } from "../base/errors.ts";
import { type Values, field, parseFields } from "../base/fields.ts";

/**
 * All that a run over a data set is: whoever has this record, the model and the photos computes the same bytes.
 * It is written once, before the first shard, and never changed.
 */
export interface RunManifest {
  /** Version of striate; another one may compute other numbers. */
  readonly striate: string;
  /** `onnxruntime-node 1.30.0` */
  readonly engine: string;
  /** The id of the view. */
  readonly view: string;
  readonly asks: Readonly<Record<string, unknown>>;
  readonly model: { readonly path: string; readonly sha256: string };
  readonly data: RunData;
  /** How many photos there are, and the SHA-256 of their labels, names and sizes in their order. */
  readonly photos: number;
  readonly listing: string;
  /** Photos of a shard; the last one may have fewer. */
  readonly shard: number;
  readonly seed: number;
  /** Bytes that the work may take. */
  readonly memory: number;
}

/** The photos of a run, in the words of who started it. */
export type RunData = Values<typeof dataFields>;

/** How a data set is opened, and which part of it is meant. */
export const dataFields = {
  source: field.string(),
  split: field.nullable(field.string()),
  limit: field.nullable(field.int(undefined, { min: 1 })),
  scale: field.nullable(field.string()),
  size: field.nullable(field.tuple(2, undefined, { min: 1 })),
  jfif_only: field.boolean(false),
};

const manifestFields = {
  striate: field.string(),
  engine: field.string(),
  view: field.string(),
  asks: field.json({}),
  model: field.json(),
  data: field.json(),
  photos: field.int(undefined, { min: 0 }),
  listing: field.string(),
  shard: field.int(undefined, { min: 1 }),
  seed: field.int(),
  memory: field.number(),
};

/** Photos of a shard at most; a set that is small is cut into several all the same. */
const largestShard = 1000;
const smallestShard = 64;
const fewShards = 16;

/**
 * Photos of a shard: about 1,000, fewer where the set is small, so that several workers have something to do, or
 * where each photo takes much memory. It depends on nothing of the machine.
 */
export function shardSize(photos: number, memory = Infinity, bytesPerPhoto = 0): number {
  const wanted = Math.min(largestShard, Math.max(smallestShard, Math.ceil(photos / fewShards)));
  const fitting = Math.floor(memory / 4 / Math.max(1, bytesPerPhoto));
  return Math.max(1, Math.min(wanted, fitting));
}

export const shardCount = ({ photos, shard }: Pick<RunManifest, "photos" | "shard">): number =>
  Math.ceil(photos / shard);

/** The photos of shard `i`: from the first to the one behind the last. */
export function shardRange(
  { photos, shard }: Pick<RunManifest, "photos" | "shard">,
  i: number,
): readonly [from: number, to: number] {
  return [i * shard, Math.min(photos, (i + 1) * shard)];
}

export const writeManifest = (manifest: RunManifest): string =>
  `${JSON.stringify(manifest, null, 2)}\n`;

/** @throws StriateError in words that follow the file's name */
export function readManifest(text: string): RunManifest {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new StriateError("is no manifest of a run: it is no JSON", { cause: error });
  }
  if (typeof raw !== "object" || raw === null || !("view" in raw) || !("striate" in raw))
    throw new StriateError("is no manifest of a run");
  const record = parseFields(manifestFields, raw as Record<string, unknown>);
  checkedLength(shardCount(record), "shards");
  const { path, sha256 } = parseFields(
    { path: field.string(), sha256: field.string() },
    objectOf(record.model, "model"),
  );
  const data = parseFields(dataFields, objectOf(record.data, "data"));
  return {
    ...record,
    asks: objectOf(record.asks, "asks"),
    model: { path, sha256 },
    data,
  };
}

function objectOf(value: unknown, key: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null)
    throw new StriateError(`is no manifest of a run: "${key}" is no record`);
  return value as Record<string, unknown>;
}

/**
 * What of two manifests differs, in words; empty where they are of one run. Where things lie does not count.
 *
 * @param late asks that no shard depends on
 */
export function differences(
  before: RunManifest,
  now: RunManifest,
  late: readonly string[] = [],
): string[] {
  const facts = ({ striate, engine, view, asks, model, data, ...rest }: RunManifest) => ({
    ...{ striate, engine, view, model: model.sha256, photos: rest.listing },
    ...{ shard: rest.shard, seed: rest.seed, memory: rest.memory },
    ...{ scale: data.scale, size: data.size, ...asks },
  });
  const [a, b] = [facts(before), facts(now)] as Record<string, unknown>[];
  const isDigest = (value: unknown) => typeof value === "string" && value.length === 64;
  return Object.keys({ ...a, ...b })
    .filter((key) => !late.includes(key))
    .filter((key) => JSON.stringify(a![key]) !== JSON.stringify(b![key]))
    .map((key) =>
      isDigest(a![key])
        ? `other ${key === "model" ? "bytes of the model" : key}`
        : `${key} ${JSON.stringify(a![key] ?? null)}, now ${JSON.stringify(b![key] ?? null)}`,
    );
}
