import type { FormatWriter } from "./format.ts";
import { notesOf, trainingOf } from "./losses.ts";

/** What all writers of weights alone have in common. */
export const looseWriter = {
  runs: false,
  takesWeightsAlone: true,
  loses: (model) => [
    "the layers, only their weights by address",
    ...notesOf(model),
    ...trainingOf(model),
  ],
} satisfies Partial<FormatWriter>;
