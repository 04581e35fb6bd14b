import { formatByteSize } from "../data/byte-size.ts";
import type { DatasetProgress } from "../data/dataset-options.ts";
import type { Callback } from "../train/callbacks/callback.ts";
import { progress } from "../train/callbacks/progress.ts";
import type { CommandIo } from "./command.ts";

/** Says how a training gets on: a line for each epoch, which a terminal shows growing. */
export function trainingProgress(io: CommandIo): Callback {
  const { isTty, columns } = io.terminal;
  // A terminal's line is rewritten in place, so it must not end where `out` ends lines.
  const write = isTty ? io.raw : (text: string) => io.text(text.trimEnd());
  return progress({ write, isTty, columns });
}

/** Says on a terminal how the opening of a data set gets on. */
export function showDatasetProgress({ phase, done, total }: DatasetProgress, io: CommandIo): void {
  if (!io.terminal.isTty) return;
  const words = { download: "downloading", verify: "verifying", list: "listing" }[phase];
  const show = phase === "list" ? String : formatByteSize;
  const of = total === undefined ? "" : ` of ${show(total)}`;
  io.status(`\r${words} ${show(done)}${of}\x1b[K`);
}
