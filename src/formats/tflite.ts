import { defineFormat } from "./format.ts";

/**
 * TFLite (LiteRT) files. Quantised networks are computed in real numbers, each result rounded to those
 * that its codes can stand for, so that every layer can be looked at in the units of the network; what
 * goes in and comes out are real numbers too.
 *
 * @see https://ai.google.dev/edge/litert
 */
export const tflite = defineFormat({
  id: "tflite",
  title: "TFLite",
  extensions: [".tflite", ".lite"],
  about: {
    reads: [
      "float and coded networks (int8, uint8, int16, coded or half weights, int4 weights, sparse weights), with metadata and labels in an appended zip",
      "IF: both branches are computed, and the photo chooses",
    ],
    leavesOut: [
      "custom ops, and the built-in ones marked below",
      "tensors of element types that are not known",
    ],
    refuses: ["files that are damaged"],
  },
  match: ({ bytes }) => isTflite(bytes.subarray(0, 64)),
  read: async (source) => (await import("./tflite/tflite-file.ts")).readTflite(source),
});

/** Whether bytes are a TFLite file: its letters stand behind the first offset. */
const isTflite = (bytes: Uint8Array): boolean =>
  bytes.length > 8 && [0x54, 0x46, 0x4c, 0x33].every((letter, i) => bytes[4 + i] === letter);
