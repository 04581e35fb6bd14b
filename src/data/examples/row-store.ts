/** A place for rows that memory has no room for. */
export interface SpillStore {
  write(slot: number, bytes: Uint8Array): Promise<void>;
  read(slot: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface CacheOptions {
  /** Bytes of memory that the rows may take. */
  readonly memory: number;
  /** Opens the place for the rest; it is opened when memory is full, and not at all without need. */
  readonly spill?: () => Promise<SpillStore>;
}

/** Rows are kept in pieces of about this size, so that no large block is taken at once. */
const slabBytes = 16 * 2 ** 20;

/**
 * Keeps rows of one size: in memory up to the budget, then in the spill store. Where that fails (a full
 * disk) no more are kept, and whoever made them makes them again: slower, and nothing is lost.
 */
export class RowStore {
  readonly #each: number;
  readonly #perSlab: number;
  readonly #inMemory: number;
  readonly #openSpill: CacheOptions["spill"];
  readonly #slabs: Uint8Array[] = [];
  #used = 0;
  #spill: Promise<SpillStore> | undefined;
  #spilling: boolean;

  /** @param each bytes of a row */
  constructor(each: number, { memory, spill }: CacheOptions) {
    this.#each = each;
    this.#perSlab = Math.max(1, Math.floor(slabBytes / each));
    this.#inMemory = Math.floor(memory / each);
    this.#openSpill = spill;
    this.#spilling = spill !== undefined;
  }

  /** Keeps a row. @returns where; undefined when there is no room for it */
  async keep(bytes: Uint8Array): Promise<number | undefined> {
    if (this.#used < this.#inMemory) {
      const slot = this.#used++;
      this.#memoryAt(slot).set(bytes);
      return slot;
    }
    if (!this.#spilling) return undefined;
    const slot = this.#used++;
    try {
      this.#spill ??= this.#openSpill!();
      await (await this.#spill).write(slot - this.#inMemory, bytes);
      return slot;
    } catch {
      this.#spilling = false;
      return undefined;
    }
  }

  /** A row that was kept; at once where it is in memory. */
  read(slot: number): Uint8Array | Promise<Uint8Array> {
    return slot < this.#inMemory
      ? this.#memoryAt(slot)
      : this.#spill!.then((store) => store.read(slot - this.#inMemory));
  }

  async close(): Promise<void> {
    this.#slabs.length = 0;
    await (await this.#spill?.catch(() => undefined))?.close();
  }

  #memoryAt(slot: number): Uint8Array {
    const slab = Math.floor(slot / this.#perSlab);
    const held = Math.min(this.#perSlab, this.#inMemory - slab * this.#perSlab);
    // bounded: by the memory that it was given
    this.#slabs[slab] ??= new Uint8Array(held * this.#each);
    const start = (slot % this.#perSlab) * this.#each;
    return this.#slabs[slab].subarray(start, start + this.#each);
  }
}
