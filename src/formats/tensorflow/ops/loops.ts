import { UnsupportedError } from "../../../base/errors.ts";
import type { TfOp } from "../define-op.ts";

/** What cannot be said beforehand is said in words; the layers before it are there. */
const loop: TfOp = {
  ops: "While StatelessWhile",
  kind: "other",
  lower() {
    throw new UnsupportedError(
      "a loop, and only the photo says how often it runs (or more than 256 times)",
    );
  },
};

export const loopOps: readonly TfOp[] = [loop];
