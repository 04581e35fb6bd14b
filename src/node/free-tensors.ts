import { MessageChannel } from "node:worker_threads";
import { once } from "node:events";
import type { Tensor } from "../base/tensor.ts";

/** Smaller ones may share their memory with others, and are not worth the trouble. */
const smallest = 1 << 20;

/**
 * Gives the memory of large tensors back at once; they are empty from then on. The garbage collector
 * would find them too, but it does not know that the next hundred megabytes are about to be asked for.
 *
 * What is handed to the other side of a closed channel is handed to nobody.
 */
export async function freeTensors(tensors: Iterable<Tensor>): Promise<void> {
  const memory = new Set<ArrayBuffer>();
  for (const { data } of tensors)
    if (!Array.isArray(data) && data.buffer.byteLength >= smallest)
      if (data.buffer instanceof ArrayBuffer) memory.add(data.buffer);
  const { port1, port2 } = new MessageChannel();
  port2.close();
  await once(port2, "close");
  for (const buffer of memory)
    try {
      port1.postMessage(null, [buffer]);
    } catch {
      // Memory that Node or an engine holds on to cannot be handed over; it stays until it is collected.
    }
  port1.close();
}
