import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { StriateError } from "../../base/errors.ts";
import type { Scratch } from "../../views/context.ts";
import { readRange } from "./file-bytes.ts";
import { reasonOf } from "./files.ts";

let files = 0;

/** Room in a folder. What is written there is gone with the process, and before that where it is closed. */
export function scratchIn(folder: string): Scratch & { close(): void } {
  const open = new Map<number, string>();
  return {
    file() {
      const path = join(folder, `scratch-${process.pid}-${++files}`);
      const file = attempt(path, () => openSync(path, "wx+"));
      open.set(file, path);
      // Without a name it does not outlive this process, however that ends; where names stay, it is removed below.
      removed(path);
      let length = 0;
      return {
        append(bytes) {
          for (let done = 0; done < bytes.length;) {
            const [at, left] = [length, bytes.length - done];
            const written = attempt(path, () => writeSync(file, bytes, done, left, at));
            done += written;
            length += written;
          }
        },
        read: (from, to) => readRange(path, file, from, to),
      };
    },
    close() {
      for (const [file, path] of open) {
        closeSync(file);
        removed(path);
      }
      open.clear();
    },
  };
}

function removed(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already, or it stays as long as it is open.
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new StriateError(`${path}: cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}
