import { printable } from "../base/printable.ts";
import type { ModelHost } from "../api/model.ts";
import { progress } from "../train/callbacks/progress.ts";
import { saveModel } from "./files/save-model.ts";

/** Node as a model's platform: files on disk, words on the terminal. */
export const nodeHost: ModelHost = {
  save: saveModel,
  progress: () =>
    progress({
      write: (text) => void process.stdout.write(text),
      isTty: process.stdout.isTTY === true,
      columns: process.stdout.columns,
    }),
  notify: (text) => void process.stderr.write(`${printable(text)}\n`),
};
