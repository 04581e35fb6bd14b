import type { Tensor } from "../base/tensor.ts";
import { freeBuffer } from "./free-buffer.ts";

/** Smaller ones may share their memory with others, and are not worth the trouble. */
const smallest = 1 << 20;

/**
 * Gives the memory of large tensors back at once; they are empty from then on. The garbage collector
 * would find them too, but it does not know that the next hundred megabytes are about to be asked for.
 */
export function freeTensors(tensors: Iterable<Tensor>): void {
  const memory = new Set<ArrayBufferLike>();
  for (const { data } of tensors)
    if (!Array.isArray(data) && data.buffer.byteLength >= smallest) memory.add(data.buffer);
  for (const buffer of memory) freeBuffer(buffer);
}
