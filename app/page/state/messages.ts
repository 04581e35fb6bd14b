import { unpack } from "../../engine/pack.ts";

/** The messages of a stream of the server, each of which has its length in front. */
export async function* messages(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  let held = new Uint8Array(0);
  for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
    const joined = new Uint8Array(held.length + part.length);
    joined.set(held);
    joined.set(part, held.length);
    held = joined;
    while (held.length >= 4) {
      const length = new DataView(held.buffer, held.byteOffset).getUint32(0, true);
      if (held.length < 4 + length) break;
      yield unpack(held.subarray(4, 4 + length));
      held = held.slice(4 + length);
    }
  }
}
