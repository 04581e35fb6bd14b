import { counted } from "../../base/counted.ts";
import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { StriateError, naming } from "../../base/errors.ts";
import {
  type RunManifest,
  differences,
  readManifest,
  shardCount,
  shardRange,
  writeManifest,
} from "../../runs/manifest.ts";
import type { StoredPart } from "../../runs/parts.ts";
import { fileBytesAnew } from "../files/file-bytes.ts";
import { maybeReadText, readFileBytes, reasonOf } from "../files/files.ts";
import { lock } from "../files/lock.ts";
import { ownMark } from "../files/process-mark.ts";
import { writeFileAtomic } from "../files/write-files.ts";

/** What is said of a shard that is done. */
export interface DoneMark {
  /** Of the result's bytes: what was cut off or changed since is done again. */
  readonly sha256: string;
  readonly photos: number;
  readonly seconds: number;
}

/** A shard that failed, and how often. */
export interface Failure {
  readonly attempts: number;
  readonly message: string;
}

/** A shard is tried as often before the run gives up. */
export const mostAttempts = 3;

/** A claim whose holder gave a sign of life within so many milliseconds is not looked at more closely. */
const fresh = 8000;

/**
 * The folder of a run, which all its workers see: the manifest, a result for each shard with its mark, and claims
 * while they are computed. Results are written beside and renamed, and the mark comes after them: what is there
 * is whole, whenever a process or a machine dies.
 */
export class Ledger {
  readonly folder: string;
  readonly manifest: RunManifest;

  private constructor(folder: string, manifest: RunManifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /**
   * Begins a run, or goes on with the one that is there.
   *
   * @param anew whether another run may be thrown away
   * @param late asks that no shard depends on: the run goes on with the new ones
   * @throws StriateError where another run is there
   */
  static async begin(
    folder: string,
    manifest: RunManifest,
    anew = false,
    late: readonly string[] = [],
  ): Promise<Ledger> {
    const path = join(folder, "manifest.json");
    const known = await maybeReadText(path);
    if (known !== undefined) {
      const before = await naming(path, () => readManifest(known));
      const apart = differences(before, manifest, late);
      if (apart.length === 0) {
        const now = { ...before, asks: manifest.asks };
        if (differences(before, now).length > 0) await writeFileAtomic(path, writeManifest(now));
        return new Ledger(folder, now);
      }
      if (!anew)
        throw new StriateError(
          `${folder}: holds another run: ${apart.join("; ")}; give another --out, or --force to begin anew`,
        );
      await rm(join(folder, "shards"), { recursive: true, force: true });
    }
    await writeFileAtomic(path, writeManifest(manifest));
    await mkdir(join(folder, "shards"), { recursive: true });
    return new Ledger(folder, manifest);
  }

  /** The run of a manifest. @throws StriateError where there is none */
  static async open(path: string): Promise<Ledger> {
    const bytes = await readFileBytes(path, 2 ** 20);
    const manifest = await naming(path, () => readManifest(new TextDecoder().decode(bytes)));
    return new Ledger(resolve(path, ".."), manifest);
  }

  get path(): string {
    return join(this.folder, "manifest.json");
  }

  get shards(): number {
    return shardCount(this.manifest);
  }

  /** Numbers of the shards that are done, rising. @throws StriateError where the folder is gone */
  async done(): Promise<number[]> {
    await this.#present();
    const names = await readdir(join(this.folder, "shards")).catch(() => []);
    return names
      .flatMap((name) => /^(\d+)\.done$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  async isDone(shard: number): Promise<boolean> {
    return (await this.mark(shard)) !== undefined;
  }

  /** What is said of a shard; undefined where it is not done. */
  async mark(shard: number): Promise<DoneMark | undefined> {
    return this.#said<DoneMark>(shard, "done");
  }

  /** What a file of a shard says; undefined where there is none, or what is there is cut off. */
  async #said<T>(shard: number, ending: string): Promise<T | undefined> {
    const text = (await maybeReadText(this.#file(shard, ending))) ?? "";
    try {
      return (JSON.parse(text) as T | null) ?? undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Keeps other workers from a shard.
   *
   * @param patient whether to wait for signs of life of a holder that cannot be seen from here
   * @returns what gives it back; undefined where somebody else is at it
   */
  async claim(shard: number, patient: boolean): Promise<(() => Promise<void>) | undefined> {
    const path = join(this.folder, "claims", `${this.#name(shard)}.lock`);
    if (!patient) {
      const found = await stat(path).catch(() => undefined);
      if (found && Date.now() - found.mtimeMs < fresh && !(await isOfHere(path))) return undefined;
    }
    await this.#present();
    class Held extends StriateError {}
    try {
      return await lock(path, () => new Held());
    } catch (error) {
      if (error instanceof Held) return undefined;
      throw error;
    }
  }

  /** Writes a shard's result, then its mark. */
  async finish(shard: number, bytes: Uint8Array, about: Omit<DoneMark, "sha256">): Promise<void> {
    await this.#present();
    const mark: DoneMark = { sha256: digest(bytes), ...about };
    await writeFileAtomic(this.#file(shard, "part"), bytes);
    await writeFileAtomic(this.#file(shard, "done"), `${JSON.stringify(mark)}\n`);
    await rm(this.#file(shard, "failed"), { force: true });
  }

  /**
   * The result of a shard, checked by its mark.
   * @returns undefined where it is not done, or its file is not as it was written: then it counts as not done
   */
  async result(shard: number): Promise<StoredPart | undefined> {
    await this.#present();
    const mark = await this.mark(shard);
    const path = this.#file(shard, "part");
    const bytes = await readFileBytes(path).catch(() => undefined);
    if (mark && bytes && digest(bytes) === mark.sha256)
      return {
        ...{ path, bytes, kept: fileBytesAnew(path, bytes.length) },
        photos: shardRange(this.manifest, shard),
      };
    await this.forget(shard);
    return undefined;
  }

  /** From now on a shard is not done. */
  async forget(shard: number): Promise<void> {
    await rm(this.#file(shard, "done"), { force: true });
  }

  async failure(shard: number): Promise<Failure | undefined> {
    return this.#said<Failure>(shard, "failed");
  }

  /** Notes that a shard failed. @returns how often it did */
  async fail(shard: number, message: string): Promise<number> {
    await this.#present();
    const attempts = ((await this.failure(shard))?.attempts ?? 0) + 1;
    const failure: Failure = { attempts, message };
    await writeFileAtomic(this.#file(shard, "failed"), JSON.stringify(failure));
    return attempts;
  }

  /** Failures are forgotten when a run is taken up again: what was wrong may be mended. */
  async forgive(): Promise<void> {
    const folder = join(this.folder, "shards");
    for (const file of await readdir(folder).catch(() => []))
      if (file.endsWith(".failed")) await rm(join(folder, file), { force: true });
  }

  /** Keeps a second coordinator out. @throws StriateError where there is one */
  conduct(): Promise<() => Promise<void>> {
    return lock(
      join(this.folder, "claims", "run.lock"),
      (pid) =>
        new StriateError(
          `${this.folder}: process ${pid} follows this run already; wait for it, or help it with: striate run ${this.path} --worker`,
        ),
    );
  }

  /** A folder that went away must not come to life again as an empty one. */
  async #present(): Promise<void> {
    try {
      await stat(this.path);
    } catch (error) {
      throw new StriateError(
        `${this.folder}: the folder of the run is gone (${reasonOf(error)}); what was done is kept there: bring it back and run the command again`,
        { cause: error },
      );
    }
  }

  #file(shard: number, ending: string): string {
    return join(this.folder, "shards", `${this.#name(shard)}.${ending}`);
  }

  /** A queue may say anything, and what it says becomes the name of a file. */
  #name(shard: number): string {
    if (!Number.isInteger(shard) || shard < 0 || shard >= this.shards)
      throw new StriateError(
        `${this.path}: has ${counted(this.shards, "shard")}, and none of the number ${JSON.stringify(shard)}`,
      );
    return String(shard).padStart(6, "0");
  }
}

export const digest = (bytes: Uint8Array | string): string =>
  createHash("sha256").update(bytes).digest("hex");

/** Whether a claim is of this machine, where it can be seen at once whether its holder lives. */
async function isOfHere(path: string): Promise<boolean> {
  const text = (await maybeReadText(path)) ?? "";
  return text.includes(JSON.stringify(ownMark().space));
}
