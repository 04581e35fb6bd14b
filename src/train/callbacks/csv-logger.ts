import type { Callback } from "./callback.ts";

export interface CsvLoggerOptions {
  separator?: string;
}

/**
 * Writes one line an epoch, with a header before the first.
 *
 * @param append adds text to the file
 *
 * Source: https://keras.io/api/callbacks/csv_logger/
 */
export function csvLogger(
  append: (text: string) => void | Promise<void>,
  { separator = "," }: CsvLoggerOptions = {},
): Callback {
  let names: string[] | undefined;
  const line = (cells: readonly unknown[]) => `${cells.join(separator)}\n`;
  return {
    async onEpochEnd(epoch, logs) {
      if (names === undefined) {
        names = Object.keys(logs).sort();
        await append(line(["epoch", ...names]));
      }
      await append(line([epoch, ...names.map((name) => logs[name] ?? "NA")]));
    },
    state: () => names ?? null,
    restore: (state) => void (names = state as string[]),
  };
}
