import { printable } from "../../base/printable.ts";
import type { Callback, FitRun } from "./callback.ts";
import { type Logs, formatLogs } from "../../model/history.ts";

export interface ProgressOptions {
  write(text: string): void;
  /** A terminal gets one line that changes with each step; a pipe one line an epoch. */
  isTty: boolean;
  /** Width of the terminal. */
  columns?: number;
  /** The time in milliseconds. */
  now?: () => number;
}

/**
 * A line for each epoch, as Keras prints it:
 *
 *     epoch 3/10 ━━━━━━━━━━━━━━━━━━━━ 291/291 118 s 405 ms/step  loss 0.5770  accuracy 0.6989
 */
export function progress({
  write,
  isTty,
  columns = 80,
  now = Date.now,
}: ProgressOptions): Callback {
  let begun = 0;
  let shown = 0;
  /** Steps of this epoch that were made here: fewer than its number where a training goes on. */
  let made = 0;
  let done = 0;
  const line = (epoch: number, logs: Logs, run: FitRun): string => {
    const seconds = (now() - begun) / 1000;
    const total = run.batches ?? (done > 0 ? done : undefined);
    const parts = [
      `epoch ${epoch + 1}/${run.epochs}`,
      ...(isTty && total !== undefined ? [bar(done / total, columns)] : []),
      `${done}${run.batches === undefined ? "" : `/${run.batches}`}`,
      `${formatSeconds(seconds)} ${formatStep(seconds / Math.max(1, made))}`,
    ];
    return `${parts.join(" ")}  ${printable(formatLogs(logs))}`;
  };
  let current = 0;
  return {
    onEpochBegin(epoch) {
      [begun, made, done, current, shown] = [now(), 0, 0, epoch, 0];
    },
    onBatchEnd(batch, logs, run) {
      made++;
      done = batch + 1;
      // No more often than an eye can follow.
      if (!isTty || (now() - shown < 50 && done !== run.batches)) return;
      shown = now();
      write(`\r${clip(line(current, logs, run), columns)}\x1b[K`);
    },
    onEpochEnd(epoch, logs, run) {
      const text = line(epoch, logs, run);
      write(isTty ? `\r${text}\x1b[K\n` : `${text}\n`);
    },
  };
}

function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 600) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

const formatStep = (seconds: number): string =>
  seconds < 10 ? `${Math.round(seconds * 1000)} ms/step` : `${seconds.toFixed(1)} s/step`;

function bar(share: number, columns: number): string {
  const width = Math.max(5, Math.min(20, columns - 60));
  const filled = Math.round(Math.min(1, share) * width);
  // bounded: by 20
  return "━".repeat(filled) + "╌".repeat(width - filled);
}

/** A line that a terminal would break is cut: a carriage return goes back one line only. */
const clip = (text: string, columns: number): string =>
  text.length < columns ? text : `${text.slice(0, columns - 2)}…`;
