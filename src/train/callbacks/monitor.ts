import { StriateError } from "../../base/errors.ts";
import { nearestNames } from "../../base/names.ts";
import type { FitRun } from "./callback.ts";
import type { Logs } from "../../model/history.ts";

/** Options of callbacks that watch a number. */
export interface MonitorOptions {
  /** Name of a number in the logs; `val_loss` by default. */
  monitor?: string;
  /** Whether less or more is better; by default the metric knows. */
  mode?: "auto" | "min" | "max";
  /** A change of less is none. */
  minDelta?: number;
}

/** Tells whether a watched number got better. */
export class Monitor {
  readonly name: string;
  readonly #mode: "auto" | "min" | "max";
  readonly #minDelta: number;

  constructor({ monitor = "val_loss", mode = "auto", minDelta = 0 }: MonitorOptions) {
    this.name = monitor;
    this.#mode = mode;
    this.#minDelta = Math.abs(minDelta);
  }

  /**
   * Looks before the training begins whether the number will be there.
   * @throws StriateError with the nearest names that are reported
   */
  check(run: FitRun, who: string): void {
    if (run.reported.includes(this.name)) return;
    throw new StriateError(
      `${who} watches "${this.name}", which is not reported; nearest: ` +
        `${nearestNames(this.name, run.reported).join(", ")}` +
        (this.name.startsWith("val_") ? "; give validationData for what begins with val_" : ""),
    );
  }

  /** The number of this epoch. */
  read(logs: Logs): number {
    return logs[this.name]!;
  }

  /** Whether `value` is better than `best` by more than minDelta; the first value always is. */
  improves(value: number, best: number | null, run: FitRun): boolean {
    if (best === null) return true;
    return this.#isUp(run) ? value - this.#minDelta > best : value + this.#minDelta < best;
  }

  #isUp(run: FitRun): boolean {
    if (this.#mode !== "auto") return this.#mode === "max";
    const direction = run.directionOf(this.name);
    if (direction === undefined)
      throw new StriateError(
        `whether more of "${this.name}" is better is not known; say mode: "min" or "max"`,
      );
    return direction === "up";
  }
}
