import type { ExampleSource } from "./example.ts";
import { type CacheOptions, RowStore } from "./row-store.ts";

/**
 * Decodes each picture of `source` once: the bytes are kept in memory up to the budget, then in the
 * spill store; the rest is decoded again in every epoch.
 */
export function cachedSource(source: ExampleSource, options: CacheOptions): ExampleSource {
  const [height, width, channels] = source.shape;
  const store = new RowStore(height * width * channels, options);
  // By index: a slot counted from 1, or 0 for a picture that was not decoded yet.
  const slots = new Uint32Array(source.length);
  const unreadable = new Uint8Array(source.length);
  const decoding = new Map<number, Promise<Uint8Array | undefined>>();

  const decode = async (index: number): Promise<Uint8Array | undefined> => {
    try {
      const bytes = await source.read(index);
      if (bytes) slots[index] = ((await store.keep(bytes)) ?? -1) + 1;
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
    print: (index) => source.print?.(index) ?? "",
    get skipped() {
      return source.skipped;
    },
    read(index) {
      const slot = slots[index]! - 1;
      if (slot >= 0) return store.read(slot);
      if (unreadable[index]) return Promise.resolve(undefined);
      let bytes = decoding.get(index);
      if (!bytes) decoding.set(index, (bytes = decode(index)));
      return bytes;
    },
    ...(source.original && { original: (index) => source.original!(index) }),
    ...(source.originalSize && { originalSize: (index) => source.originalSize!(index) }),
    async close() {
      await store.close();
      await source.close();
    },
  };
}
