import type { ByteSource } from "../base/byte-source.ts";
import { defineFormat } from "./format.ts";

/** Frozen TensorFlow graphs: a GraphDef with its variables turned into constants. */
export const tensorflow = defineFormat({
  id: "tensorflow",
  title: "TensorFlow graph (.pb)",
  extensions: [".pb"],
  about: {
    reads: [
      "frozen graphs of TensorFlow 1 and 2",
      "placeholders that say whether a network is in training (`keep_prob`, `phase_train`) take the value of inference, and it is said; dropout passes everything on",
      "Switch and Merge, If, Case: decided by constants, else all branches are computed; loops whose number of rounds is known, over a batch of one",
      "a decoder of picture files at the front: a photo enters as its pixels",
    ],
    leavesOut: [
      "ops that are not in the list below",
      "loops of which only the photo says how often they run",
    ],
    refuses: ["graphs that are not frozen, or damaged"],
  },
  match: ({ bytes }) => isGraphDef(head(bytes)),
  read: async (source) => (await import("./tensorflow/frozen-graph.ts")).readFrozenGraph(source),
});

/** As many bytes as the first node's name and op can take. */
const head = (bytes: ByteSource): Uint8Array => bytes.subarray(0, 512);

/** A list of nodes (field 1), each with a name (field 1) and an op (field 2). */
function isGraphDef(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x0a) return false;
  let at = 1;
  while ((bytes[at] ?? 0) >= 0x80 && at < 6) at++;
  const name = at + 1;
  const op = name + 2 + (bytes[name + 1] ?? 0);
  return bytes[name] === 0x0a && (bytes[name + 1] ?? 0x80) < 0x80 && bytes[op] === 0x12;
}
