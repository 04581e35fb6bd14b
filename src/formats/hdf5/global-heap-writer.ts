import { HdfBytes } from "./hdf-bytes.ts";

/**
 * The global heap of a file: one collection with all variable-length texts.
 *
 * Source: HDF5 File Format Specification 3.0, III.E
 */
export class GlobalHeapWriter {
  readonly #references = new Map<string, Uint8Array>();

  constructor(file: HdfBytes, texts: Iterable<string>) {
    const objects = new HdfBytes();
    const unique = [...new Set(texts)].map((text) => ({
      text,
      bytes: new TextEncoder().encode(text),
    }));
    unique.forEach(({ bytes }, i) => {
      objects
        .u16(i + 1)
        .u16(1)
        .u32(0)
        .u64(bytes.length)
        .bytes(bytes)
        .align();
    });
    // A collection has at least 4096 bytes; object 0 is what is left over, its own head included.
    const size = Math.max(4096, 16 + objects.end + 16);
    const left = size - 16 - objects.end;
    const collection = new HdfBytes()
      .bytes([0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0])
      .u64(size)
      .bytes(objects.joined())
      .u64(0)
      .u64(left)
      .bytes(new Uint8Array(left - 16));
    if (unique.length === 0) return;
    const address = file.append(collection.joined());
    unique.forEach(({ text, bytes }, i) => {
      const reference = new HdfBytes()
        .u32(bytes.length)
        .u64(address)
        .u32(i + 1);
      this.#references.set(text, reference.joined());
    });
  }

  /** How an attribute points to a text. */
  reference(text: string): Uint8Array {
    return this.#references.get(text)!;
  }
}
