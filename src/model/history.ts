import { pushAll } from "../base/extremes.ts";
import { StriateError } from "../base/errors.ts";

/**
 * What is reported of a batch or an epoch: `loss`; with several outputs the loss of each, without its
 * weight, as `<output>_loss`; then the metrics by name. (In the losses of single outputs Keras 3.15
 * counts a smaller last batch like a whole one; here every row counts the same, as in `loss`.)
 */
export type Logs = Record<string, number>;

/** `loss 0.5770  accuracy 0.6989`, with as many digits as Keras shows. */
export function formatLogs(logs: Logs): string {
  return Object.entries(logs)
    .map(([name, value]) => `${name} ${formatLog(value)}`)
    .join("  ");
}

const formatLog = (value: number): string =>
  Number.isFinite(value) && value !== 0 && Math.abs(value) < 1e-3
    ? value.toExponential(4)
    : value.toFixed(4);

/** What each epoch of a training reported, as Keras' `History` has it. */
export class History {
  /** Numbers of the epochs, from 0. */
  readonly epoch: number[] = [];
  /** By name (`loss`, `val_accuracy`), one number an epoch; NaN where an epoch has none. */
  readonly history: Record<string, number[]> = {};

  add(epoch: number, logs: Logs): void {
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= new Array<number>(this.epoch.length).fill(NaN);
      this.history[name].push(value);
    }
    this.epoch.push(epoch);
    for (const values of Object.values(this.history))
      if (values.length < this.epoch.length) values.push(NaN);
  }

  /** The reports of the last epoch. */
  get last(): Logs {
    return Object.fromEntries(
      Object.entries(this.history).map(([name, values]) => [name, values.at(-1)!]),
    );
  }

  /** `{ epoch, history }`; numbers that JSON cannot say are null. */
  toJSON(): { epoch: number[]; history: Record<string, (number | null)[]> } {
    const plain = (value: number) => (Number.isFinite(value) ? value : null);
    return {
      epoch: [...this.epoch],
      history: Object.fromEntries(
        Object.entries(this.history).map(([name, values]) => [name, values.map(plain)]),
      ),
    };
  }

  /** One row an epoch, with a header. */
  toCsv(): string {
    const names = Object.keys(this.history);
    const rows = this.epoch.map((epoch, i) => [
      epoch,
      ...names.map((name) => this.history[name]![i]),
    ]);
    return [["epoch", ...names], ...rows].map((row) => `${row.join(",")}\n`).join("");
  }

  /** The inverse of {@link toJSON}. */
  static from(value: unknown): History {
    const { epoch, history } = (value ?? {}) as Partial<ReturnType<History["toJSON"]>>;
    const result = new History();
    if (!Array.isArray(epoch) || typeof history !== "object")
      throw new StriateError("a history holds { epoch, history }");
    pushAll(result.epoch, epoch);
    for (const [name, values] of Object.entries(history))
      result.history[name] = values.map((each) => each ?? NaN);
    return result;
  }
}
