import type { ByteSource } from "../base/byte-source.ts";
import { defineFormat } from "./format.ts";
import { looseWriter } from "./loose-writer.ts";

/** Headers that are longer than this are none, as in the reference reader. */
const longestHeader = 100_000_000;

/**
 * Weights alone, as PyTorch's users share them. Read without a network, written for it to be read
 * elsewhere: nothing in such a file is a program.
 *
 * Source: https://github.com/huggingface/safetensors#format
 */
export const weightsSafetensors = defineFormat({
  id: "weights-safetensors",
  title: "safetensors weights",
  extensions: [".safetensors"],
  about: {
    reads: ["weights by address, shown as a table"],
    leavesOut: [],
    refuses: ["files that are cut off or damaged"],
  },
  match: ({ bytes }) => hasHeader(bytes),
  read: async (source) => (await import("./loose-weights.ts")).readWeightsSafetensors(source),
  writer: {
    ...looseWriter,
    answers: [".safetensors"],
    write: async (model, name) =>
      (await import("./loose-weights.ts")).writeWeightsSafetensors(model, name),
  },
});

/** The length of a header in eight bytes, and its first brace. */
function hasHeader(source: ByteSource): boolean {
  const bytes = source.subarray(0, 10);
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Number(view.getBigUint64(0, true)) <= longestHeader;
}
