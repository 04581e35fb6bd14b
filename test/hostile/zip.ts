import { deflateSync } from "fflate";
import { crc32 } from "../../src/base/crc32.ts";
import { int, short, text } from "./hdf5.ts";

/**
 * A zip whose directory names one packed file many times.
 *
 * @param claimed bytes that the directory says each of them has
 */
export function overlappingZip(
  content: Uint8Array,
  names: readonly string[],
  claimed = content.length,
): Uint8Array {
  const packed = deflateSync(content, { level: 9 });
  const about = (name: string): number[] => [
    ...short(20),
    ...short(0),
    ...short(8),
    ...int(0),
    ...int(crc32(content)),
    ...int(packed.length),
    ...int(claimed),
    ...short(name.length),
    ...short(0),
  ];
  const first = [0x50, 0x4b, 3, 4, ...about(names[0]!), ...text(names[0]!), ...packed];
  const directory = names.flatMap((name) => [
    ...[0x50, 0x4b, 1, 2, ...short(20), ...about(name)],
    ...new Array<number>(14).fill(0),
    ...text(name),
  ]);
  const end = [0x50, 0x4b, 5, 6, ...int(0), ...short(names.length), ...short(names.length)];
  return Uint8Array.from([
    ...first,
    ...directory,
    ...end,
    ...int(directory.length),
    ...int(first.length),
    ...short(0),
  ]);
}
