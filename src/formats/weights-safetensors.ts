import type { ByteSource } from "../base/byte-source.ts";
import { toFloat32 } from "../base/tensor.ts";
import { defineFormat } from "./format.ts";
import { looseWeights, looseWriter, weightsByAddress } from "./loose-weights.ts";
import { readTensorFile, writeTensorFile } from "./safetensors.ts";

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
  read: ({ bytes }) =>
    Promise.resolve({
      network: looseWeights(readTensorFile(bytes.subarray(0)).tensors, "safetensors"),
    }),
  writer: {
    ...looseWriter,
    answers: [".safetensors"],
    write({ network }, name) {
      const tensors = weightsByAddress(network).map(
        ([address, weight]) => [address, toFloat32(weight)] as const,
      );
      const bytes = writeTensorFile({ tensors: new Map(tensors), metadata: { format: "striate" } });
      return Promise.resolve([{ path: name, bytes }]);
    },
  },
});

/** The length of a header in eight bytes, and its first brace. */
function hasHeader(source: ByteSource): boolean {
  const bytes = source.subarray(0, 10);
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Number(view.getBigUint64(0, true)) <= longestHeader;
}
