import { unpack } from "../../engine/pack.ts";
import { chunks } from "./chunks.ts";

/**
 * The messages of a stream of the server, each of which has its length in front. Parts are joined once a whole message
 * is there, so that a large one that comes in many parts takes no longer than it is large.
 */
export async function* messages(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const header = 4;
  let parts: Uint8Array[] = [];
  let [size, wanted] = [0, header];
  for await (const part of chunks(body)) {
    parts.push(part);
    size += part.length;
    if (size < wanted) continue;
    let held = joined(parts, size);
    for (;;) {
      wanted = header;
      if (held.length < wanted) break;
      wanted += new DataView(held.buffer, held.byteOffset).getUint32(0, true);
      if (held.length < wanted) break;
      yield unpack(held.subarray(header, wanted));
      held = held.subarray(wanted);
    }
    [parts, size] = [[held], held.length];
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
