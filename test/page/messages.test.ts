import { expect, it } from "vitest";
import { messages } from "../../app/page/state/messages.ts";
import { framed } from "../../src/node/page/message-stream.ts";

const told = [
  { kind: "begin" },
  { values: Float32Array.from([1, 2, 3]) },
  { text: "x".repeat(9e3) },
  {},
];

async function heard(parts: Iterable<Uint8Array>): Promise<unknown[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
  const found: unknown[] = [];
  for await (const message of messages(body)) found.push(message);
  return found;
}

function* cut(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

it.each([3, 1000, 1e9])("messages come whole, however they are cut: by %d bytes", async (size) => {
  const stream = Buffer.concat(told.map(framed));
  expect(await heard(cut(stream, size))).toEqual(told);
});

it("a message in many parts is joined once, not with every part", async () => {
  const bytes = framed({ values: new Uint8Array(2 ** 20) });
  const { set } = Uint8Array.prototype;
  let copied = 0;
  Uint8Array.prototype.set = function (from: ArrayLike<number>, at?: number) {
    copied += from.length;
    set.call(this, from, at);
  };
  try {
    expect(await heard(cut(bytes, 4096))).toHaveLength(1);
  } finally {
    Uint8Array.prototype.set = set;
  }
  expect(copied).toBeLessThan(4 * bytes.length);
});
