import { withThousands } from "./text-table.ts";

/** `1 map`, `2,048 maps`: a count with its noun. */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${withThousands(number)} ${number === 1 ? noun : plural}`;
}
