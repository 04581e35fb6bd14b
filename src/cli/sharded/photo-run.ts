import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { StriateError, messageOf } from "../../base/errors.ts";
import { parseFields } from "../../base/fields.ts";
import { refuseForeignIn } from "../../node/files/may-replace.ts";
import { mayReplaceFile } from "../../node/files/replace-files.ts";
import { writeFileAtomic, writeFolder } from "../../node/files/write-files.ts";
import { type OpenRun, checkModel, checkVersions, digestOfFile } from "../../node/runs/open-run.ts";
import { runtime } from "../../runtime/node/index.ts";
import type { RunManifest } from "../../runs/manifest.ts";
import { version } from "../../version.ts";
import { StoppedError, defaultMemory } from "../../views/context.ts";
import { type PhotoFile, photoFiles } from "../photos.ts";
import type { PhotoCommand, PhotoWork } from "./photo-command.ts";

/** What all shards of a run over photos come to; the report itself is written. */
export interface PhotoRunResult {
  readonly report: string;
  readonly pictures: number;
  readonly skipped: readonly { readonly photo: string; readonly reason: string }[];
}

/** What a shard says of each of its photos, a line each. */
interface PhotoLine {
  readonly files: readonly (readonly [path: string, bytes: number])[];
  readonly entries: readonly unknown[];
  readonly skipped?: { readonly photo: string; readonly reason: string };
}

/** Pictures take long to draw: shards are small, so that workers that come late find some. */
const [largestShard, fewShards] = [100, 16];

/** Opens model and photos, and writes down what makes this run. @param folder of the results */
export async function planPhotoRun(
  command: PhotoCommand,
  model: string,
  source: string,
  options: Readonly<Record<string, unknown>>,
  folder: string,
): Promise<OpenRun<PhotoRunResult>> {
  const photos = await photoFiles([resolve(source)], folder);
  const asks = Object.fromEntries(
    Object.keys(command.fields).map((key) => [key, options[key] ?? null]),
  );
  const manifest: RunManifest = {
    striate: version,
    engine: await runtime.engine(),
    view: command.name,
    asks: JSON.parse(JSON.stringify(asks)) as typeof asks,
    model: { path: resolve(model), sha256: await digestOfFile(model) },
    data: {
      source: resolve(source),
      ...{ split: null, limit: null, scale: null, size: null, jfif_only: false },
    },
    photos: photos.length,
    listing: listingOf(photos),
    shard: Math.min(largestShard, Math.max(1, Math.ceil(photos.length / fewShards))),
    ...{ seed: Number(options.seed ?? 0), memory: defaultMemory },
  };
  // What lies there of a run that goes on is its own; another run is refused before anything is written.
  const force = options.force === true || existsSync(join(folder, "run", "manifest.json"));
  await mayReplaceFile(join(folder, command.report), { force });
  return photoRun(command, manifest, await command.open(model, photos, options), {
    ...{ photos, folder, force },
  });
}

/** Opens the run of a manifest. @throws StriateError where model or photos are others than those of the run */
export async function openPhotoRun(
  command: PhotoCommand,
  manifest: RunManifest,
  folder: string,
  places: { model?: string | undefined; data?: string | undefined } = {},
): Promise<OpenRun<PhotoRunResult>> {
  await checkVersions(manifest);
  const model = places.model ?? manifest.model.path;
  await checkModel(manifest, model);
  const source = places.data ?? manifest.data.source;
  const photos = await photoFiles([source], folder);
  if (listingOf(photos) !== manifest.listing)
    throw new StriateError(
      `${source}: holds other photos than the run was begun with (${photos.length}, then ${manifest.photos}); give the same by --data`,
    );
  const given = Object.entries(manifest.asks).filter(([, value]) => value !== null);
  const options = parseFields(command.fields, Object.fromEntries(given));
  return photoRun(command, manifest, await command.open(model, photos, options), {
    ...{ photos, folder, force: true },
  });
}

/** @param where.force whether pictures of others are replaced: who began the run was asked */
function photoRun(
  { report }: PhotoCommand,
  manifest: RunManifest,
  work: PhotoWork,
  { photos, folder, force }: { photos: readonly PhotoFile[]; folder: string; force: boolean },
): OpenRun<PhotoRunResult> {
  const one = async (index: number, signal: Parameters<PhotoWork["one"]>[1]) => {
    try {
      const { files, entries } = await work.one(index, signal);
      // What was stopped is no result: a view may give the best that it has.
      if (signal?.aborted) throw new StoppedError("stopped before there was a result");
      if (!force) await refuseForeignIn(folder, files, report);
      await writeFolder(folder, files);
      const sizes = files.map(({ path, bytes }) => [path, Buffer.byteLength(bytes)] as const);
      return { files: sizes, entries };
    } catch (error) {
      if (!(error instanceof StriateError) || error instanceof StoppedError) throw error;
      const skipped = { photo: photos[index]!.path, reason: messageOf(error) };
      return { files: [], entries: [], skipped };
    }
  };
  return {
    manifest,
    async compute(from, to, { signal, onProgress }) {
      const lines: string[] = [];
      for (let index = from; index < to; index++) {
        if (signal?.aborted) throw new StoppedError("stopped before there was a result");
        lines.push(JSON.stringify((await one(index, signal)) satisfies PhotoLine));
        onProgress?.((index + 1 - from) / (to - from));
      }
      return new TextEncoder().encode(`${lines.join("\n")}\n`);
    },
    async isWhole(part) {
      for (const { files } of linesOf(part))
        for (const [path, size] of files) {
          const found = await stat(join(folder, path)).catch(() => undefined);
          if (found?.size !== size) return false;
        }
      return true;
    },
    async merge(parts) {
      const skipped: NonNullable<PhotoLine["skipped"]>[] = [];
      let pictures = 0;
      async function* entries(): AsyncGenerator<unknown> {
        for await (const { bytes } of parts)
          for (const line of linesOf(bytes)) {
            pictures += line.files.length;
            if (line.skipped) skipped.push(line.skipped);
            yield* line.entries;
          }
      }
      const path = join(folder, report);
      await writeReport(path, work, entries());
      return { report: path, pictures, skipped };
    },
    close: () => work.close(),
  };
}

const linesOf = (part: Uint8Array): PhotoLine[] =>
  new TextDecoder()
    .decode(part)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as PhotoLine);

/** The report as `JSON.stringify` would write it; no more than one photo of it is in memory. */
async function writeReport(
  path: string,
  work: PhotoWork,
  entries: AsyncIterable<unknown>,
): Promise<void> {
  // No name of a stranger's is this.
  const here = randomUUID();
  const text = JSON.stringify(work.whole([here]), null, 2);
  const at = text.indexOf(JSON.stringify(here));
  const indent = /\n *$/.exec(text.slice(0, at))![0];
  async function* pieces(): AsyncGenerator<string> {
    yield text.slice(0, at - indent.length);
    let before = indent;
    for await (const entry of entries) {
      yield before + JSON.stringify(entry, null, 2).replaceAll("\n", indent);
      before = `,${indent}`;
    }
    yield `${text.slice(at + JSON.stringify(here).length)}\n`;
  }
  await writeFileAtomic(path, pieces());
}

/** The names of the photos in their order; where they lie does not count. */
function listingOf(photos: readonly PhotoFile[]): string {
  const hash = createHash("sha256");
  for (const { file } of photos) hash.update(`${file}\n`);
  return hash.digest("hex");
}
