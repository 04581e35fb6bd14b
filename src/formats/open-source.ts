import { Budget } from "../base/budget.ts";
import type { ByteSource } from "../base/byte-source.ts";

/** A model file as the readers get it: its bytes, and a way to the files beside it. */
export interface ModelSource {
  /** As the user wrote it, for messages. */
  name: string;
  /** Open while the file is read, and no longer. */
  bytes: ByteSource;
  /**
   * Reads another file of the same folder: weight shards, external data.
   * @throws StriateError naming the path when it is missing or leads out of the folder.
   */
  sibling(path: string): Promise<Uint8Array>;
}

/** A model file that is being read: its bytes, the files beside it, and what reading all of it may cost. */
export interface OpenSource extends ModelSource {
  budget: Budget;
}

/**
 * Begins to read a model file. Each file beside it is read once, however often and in however many
 * spellings the model names it, and adds to the budget what it has in bytes.
 */
export function openSource(source: ModelSource): OpenSource {
  if (isOpen(source)) return source;
  const budget = new Budget(source.bytes.length);
  const read = new Map<string, Promise<Uint8Array>>();
  return {
    name: source.name,
    bytes: source.bytes,
    budget,
    sibling(path) {
      budget.step();
      const plain = withoutDetours(path);
      const known = read.get(plain);
      if (known) return known;
      const bytes = source.sibling(path).then((found) => {
        budget.grow(found.length);
        return found;
      });
      read.set(plain, bytes);
      return bytes;
    },
  };
}

const isOpen = (source: ModelSource): source is OpenSource => "budget" in source;

/** `./a//b` as `a/b`. What leads upwards is left to whoever reads, and refuses it. */
const withoutDetours = (path: string): string =>
  path
    .split(/[/\\]/)
    .filter((part, i) => part !== "." && (part !== "" || i === 0))
    .join("/");
