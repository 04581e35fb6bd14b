import { randomUUID } from "node:crypto";
import { openAsBlob, rmSync } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StriateError } from "../../base/errors.ts";
import { formatBytes } from "../../base/text-table.ts";

/** Files that the page hands over: written piece by piece into a folder of their own, which goes at the end. */
export class Uploads {
  readonly #most: number;
  readonly #sizes = new Map<string, number>();
  #folder: Promise<string> | undefined;
  #path: string | undefined;
  #held = 0;

  /** @param most bytes of all files together; the oldest go where it would be more */
  constructor(most = 4 * 2 ** 30) {
    this.#most = most;
  }

  /** @throws StriateError where it is too large or there is nothing */
  async take(body: ReadableStream<Uint8Array> | null): Promise<string> {
    if (body === null) throw new StriateError("no file was sent");
    this.#path = await (this.#folder ??= mkdtemp(join(tmpdir(), "striate-serve-")));
    const id = randomUUID();
    const path = join(this.#path, id);
    const file = await open(path, "wx", 0o600);
    try {
      this.#sizes.set(id, await this.#write(file, body, id));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return id;
  }

  async #write(file: FileHandle, body: ReadableStream<Uint8Array>, id: string): Promise<number> {
    let size = 0;
    try {
      for await (const part of body) {
        size += part.length;
        this.#held += part.length;
        if (size > this.#most)
          throw new StriateError(`the file is larger than ${formatBytes(this.#most)}`);
        await this.#makeRoom(id);
        await file.write(part);
      }
    } catch (error) {
      this.#held -= size;
      throw error;
    }
    return size;
  }

  async #makeRoom(but: string): Promise<void> {
    for (const [id, size] of this.#sizes) {
      if (this.#held <= this.#most) return;
      if (id === but) continue;
      this.#sizes.delete(id);
      this.#held -= size;
      await rm(join(this.#path!, id), { force: true });
    }
  }

  /** @throws StriateError where there is none of this number */
  async file(id: string, name: string): Promise<File> {
    if (!this.#sizes.has(id)) throw new StriateError(`${name}: hand it over again`);
    const blob = await openAsBlob(join(this.#path!, id));
    return new File([blob], name.replace(/^.*\//, ""));
  }

  /** Takes all of them off the disk. */
  close(): void {
    if (this.#path) rmSync(this.#path, { recursive: true, force: true });
  }
}
