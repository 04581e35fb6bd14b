import type { Budget } from "../../base/budget.ts";
import type { ByteSource } from "../../base/byte-source.ts";
import { StriateError } from "../../base/errors.ts";
import { Cursor, damaged, unsupported } from "./cursor.ts";
import { isHdf5 } from "./signature.ts";

/**
 * Reads the superblock: how wide numbers are, and where the root group is.
 *
 * Source: HDF5 File Format Specification 3.0, II.A
 *
 * @throws StriateError when the file is shorter than it says it is
 */
export function readSuperblock(bytes: ByteSource, budget: Budget): { file: Cursor; root: number } {
  if (!isHdf5(bytes)) throw new StriateError("is no HDF5 file");
  const start = Cursor.of(bytes, budget).from(8);
  const version = start.u8();
  if (version > 3) unsupported(`superblock version ${version}`);
  if (version < 2) start.skip(4);
  const widths = { offset: start.u8(), length: start.u8() };
  for (const width of Object.values(widths))
    if (![2, 4, 8].includes(width)) damaged(`its numbers are ${width} bytes wide`);
  // Version 0: size of tree leaves and nodes, flags; version 1 has a tree size for chunks as well.
  start.skip([9, 13, 1, 1][version]!);
  const file = Cursor.of(bytes, budget, widths).from(start.at);
  const base = file.offset() ?? 0;
  if (base !== 0) unsupported("a user block");
  file.offset(); // free space, or the superblock's extension
  const end = file.offset() ?? Infinity;
  if (end > bytes.length)
    throw new StriateError(
      `the HDF5 file is cut off: it should be ${end} bytes long, but ${bytes.length} are there; download or copy it again`,
    );
  if (version < 2) {
    file.offset(); // driver information
    file.offset(); // name of the root's entry
  }
  return { file, root: file.address("the root group") };
}
