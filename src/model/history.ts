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
  /**
   * @param epoch numbers of the epochs, from 0
   * @param history by name (`loss`, `val_accuracy`), one number an epoch; NaN where an epoch has none
   */
  constructor(
    readonly epoch: number[] = [],
    readonly history: Record<string, number[]> = {},
  ) {}

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

  /**
   * This training behind those before it, with its epochs counted on: what a file says of all that it has
   * learnt from. Epochs that the others end with already are not told twice, as when a training whose file
   * took the place of the one that it began with goes on.
   *
   * @param before as {@link toJSON} gives it; anything else is passed by
   */
  after(before: unknown): History {
    const all = History.maybe(before) ?? new History();
    const told = all.#rows();
    const rows = this.#rows();
    let common = Math.min(told.length, rows.length);
    while (!told.slice(told.length - common).every((row, i) => isSame(row, rows[i]!))) common--;
    for (const row of rows.slice(common)) all.add(all.epoch.length, row);
    return all;
  }

  /** What each epoch reported. */
  #rows(): Logs[] {
    const names = Object.entries(this.history);
    return this.epoch.map((_, i) =>
      Object.fromEntries(names.map(([name, values]) => [name, values[i]!])),
    );
  }

  /** The inverse of {@link toJSON}. @throws StriateError where it is something else */
  static from(value: unknown): History {
    const found = History.maybe(value);
    if (!found) throw new StriateError("a history holds { epoch, history }");
    return found;
  }

  /** The inverse of {@link toJSON}; undefined where the value is something else, as it may be in any file. */
  static maybe(value: unknown): History | undefined {
    const { epoch, history } = (value ?? {}) as Partial<ReturnType<History["toJSON"]>>;
    if (!isNumbers(epoch) || typeof history !== "object" || history === null) return undefined;
    const columns = Object.entries(history).map(
      ([name, values]) =>
        [name, Array.isArray(values) ? values.map((each) => each ?? NaN) : []] as const,
    );
    if (!columns.every(([, values]) => isNumbers(values) && values.length === epoch.length))
      return undefined;
    // From entries a name such as "__proto__" is one like the others.
    return new History([...epoch], Object.fromEntries(columns));
  }
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((each) => typeof each === "number");

const isSame = (a: Logs, b: Logs): boolean =>
  Object.keys({ ...a, ...b }).every((name) => Object.is(a[name], b[name]));
