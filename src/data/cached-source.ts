import type { ExampleSource } from "./example.ts";

/** A place for decoded pictures that memory has no room for. */
export interface SpillStore {
  write(slot: number, bytes: Uint8Array): Promise<void>;
  read(slot: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface CacheOptions {
  /** Bytes of memory that decoded pictures may take. */
  readonly memory: number;
  /** Opens the place for the rest; it is opened when memory is full, and not at all without need. */
  readonly spill?: () => Promise<SpillStore>;
}

/** Pictures are kept in pieces of about this size, so that no large block is taken at once. */
const slabBytes = 16 * 2 ** 20;

/**
 * Decodes each picture of `source` once: the bytes are kept in memory up to the budget, then in the
 * spill store. Where that fails (a full disk), the rest is decoded again in every epoch: slower, and
 * nothing is lost.
 */
export function cachedSource(source: ExampleSource, options: CacheOptions): ExampleSource {
  const [height, width, channels] = source.shape;
  const each = height * width * channels;
  const perSlab = Math.max(1, Math.floor(slabBytes / each));
  const inMemory = Math.floor(options.memory / each);
  const slabs: Uint8Array[] = [];
  // By index: a slot counted from 1, or 0 for a picture that was not decoded yet.
  const slots = new Uint32Array(source.length);
  const unreadable = new Uint8Array(source.length);
  const decoding = new Map<number, Promise<Uint8Array | undefined>>();
  let used = 0;
  let spill: Promise<SpillStore> | undefined;
  let spilling = options.spill !== undefined;

  const memoryAt = (slot: number): Uint8Array => {
    const slab = Math.floor(slot / perSlab);
    const held = Math.min(perSlab, inMemory - slab * perSlab);
    slabs[slab] ??= new Uint8Array(held * each);
    const start = (slot % perSlab) * each;
    return slabs[slab].subarray(start, start + each);
  };

  const keep = async (index: number, bytes: Uint8Array): Promise<void> => {
    if (used < inMemory) {
      const slot = used++;
      memoryAt(slot).set(bytes);
      slots[index] = slot + 1;
    } else if (spilling) {
      const slot = used++;
      try {
        spill ??= options.spill!();
        await (await spill).write(slot - inMemory, bytes);
        slots[index] = slot + 1;
      } catch {
        spilling = false;
      }
    }
  };

  const decode = async (index: number): Promise<Uint8Array | undefined> => {
    try {
      const bytes = await source.read(index);
      if (bytes) await keep(index, bytes);
      else unreadable[index] = 1;
      return bytes;
    } finally {
      decoding.delete(index);
    }
  };

  return {
    length: source.length,
    shape: source.shape,
    classNames: source.classNames,
    label: (index) => source.label(index),
    id: (index) => source.id(index),
    get skipped() {
      return source.skipped;
    },
    read(index) {
      const slot = slots[index]! - 1;
      if (slot >= 0)
        return slot < inMemory
          ? memoryAt(slot)
          : spill!.then((store) => store.read(slot - inMemory));
      if (unreadable[index]) return Promise.resolve(undefined);
      let bytes = decoding.get(index);
      if (!bytes) decoding.set(index, (bytes = decode(index)));
      return bytes;
    },
    async close() {
      slabs.length = 0;
      await (await spill?.catch(() => undefined))?.close();
      await source.close();
    },
  };
}
