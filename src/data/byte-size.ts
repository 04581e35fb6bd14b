import { StriateError } from "../base/errors.ts";

const units: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Reads an amount of memory as a person writes it: `1g`, `512m`, `1.5 GB`, or a number of bytes. */
export function parseByteSize(amount: number | string): number {
  if (typeof amount === "number") {
    if (amount >= 0) return Math.floor(amount);
  } else {
    const match = /^\s*(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?\s*$/i.exec(amount);
    if (match) return Math.floor(Number(match[1]) * units[match[2]!.toLowerCase()]!);
  }
  throw new StriateError(`memory "${amount}" is not understood: write it as 512m or 2g`);
}

/** `1.6 GB`, `23 MB`, `512 bytes`: for people. */
export function formatByteSize(bytes: number): string {
  const [size, unit] =
    bytes >= 1e9
      ? [1e9, "GB"]
      : bytes >= 1e6
        ? [1e6, "MB"]
        : bytes >= 1e3
          ? [1e3, "kB"]
          : [1, "bytes"];
  const amount = bytes / size;
  return `${amount >= 10 || size === 1 ? Math.round(amount) : amount.toFixed(1)} ${unit}`;
}
