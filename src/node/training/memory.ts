import { parseByteSize } from "../../data/byte-size.ts";

/**
 * What the step itself needs, in bytes: the weights of a small network several times over, an engine for
 * each core, and the batches on their way (measured on the tutorial's network).
 */
const memoryOfStep = 900 * 2 ** 20;

/** What is left for decoded pictures of the memory that a training may take. */
export const memoryForPictures = (whole: string): number =>
  Math.max(64 * 2 ** 20, parseByteSize(whole) - memoryOfStep);
