import { type Cursor, damaged } from "./cursor.ts";

/** The lengths of the axes, `[]` for a scalar; and those that they may grow to, Infinity for without end. */
export interface Dataspace {
  shape: number[];
  maxShape: number[];
}

/**
 * Reads a dataspace message; undefined for nothing at all.
 *
 * Source: HDF5 File Format Specification 3.0, IV.A.2.b
 */
export function readDataspace(body: Cursor): Dataspace | undefined {
  const version = body.u8();
  if (version !== 1 && version !== 2) damaged(`a dataspace has version ${version}`);
  const rank = body.u8();
  if (rank > 32) damaged(`a dataspace has ${rank} axes`);
  const flags = body.u8();
  const kind = version === 2 ? body.u8() : 1;
  if (version === 1) body.skip(5);
  if (kind === 2) return undefined;
  const lengths = () => Array.from({ length: rank }, () => body.length());
  const shape = lengths();
  return { shape, maxShape: flags & 1 ? lengths().map(endless(body.widths.length)) : shape };
}

/** All bits set stand for an axis without end. */
const endless = (width: number) => (length: number) =>
  length === 256 ** width - 1 ? Infinity : length;
