import { type Cursor, damaged } from "./cursor.ts";

/**
 * Reads a dataspace message: the lengths of the axes, `[]` for a scalar, undefined for nothing at all.
 *
 * Source: HDF5 File Format Specification 3.0, IV.A.2.b
 */
export function readDataspace(body: Cursor): number[] | undefined {
  const version = body.u8();
  if (version !== 1 && version !== 2) damaged(`a dataspace has version ${version}`);
  const rank = body.u8();
  if (rank > 32) damaged(`a dataspace has ${rank} axes`);
  body.skip(1); // flags
  const kind = version === 2 ? body.u8() : 1;
  if (version === 1) body.skip(5);
  if (kind === 2) return undefined;
  return Array.from({ length: rank }, () => body.length());
}
