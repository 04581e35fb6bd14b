import type { ByteSource } from "../base/byte-source.ts";
import { defineFormat } from "./format.ts";
import { looseWriter } from "./loose-writer.ts";
import { isZip } from "./zip-start.ts";

/** Weights alone, as `numpy.savez` and `striate convert` write them: arrays named `conv2d/kernel`. */
export const weightsNpz = defineFormat({
  id: "weights-npz",
  title: "NumPy weights",
  extensions: [],
  about: {
    reads: ["weights by address, shown as a table"],
    leavesOut: [],
    refuses: ["arrays of objects, which would be code"],
  },
  // A `.keras` file is a zip as well; what stands in this one first is an array.
  match: ({ bytes }) => isZip(bytes) && firstMember(bytes).endsWith(".npy"),
  read: async (source) => (await import("./loose-weights.ts")).readWeightsNpz(source),
  writer: {
    ...looseWriter,
    answers: [".npz"],
    label: ".npz (weights)",
    write: async (model, name) => (await import("./loose-weights.ts")).writeWeightsNpz(model, name),
  },
});

/** The name of the first file, from the zip's first local header (APPNOTE 4.3.7). */
function firstMember(zip: ByteSource): string {
  const bytes = zip.subarray(0, 30 + 0xffff);
  const length = (bytes[26] ?? 0) | ((bytes[27] ?? 0) << 8);
  return new TextDecoder().decode(bytes.subarray(30, 30 + length));
}
