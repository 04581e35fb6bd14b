import { Budget } from "../base/budget.ts";
import type { ByteSource } from "../base/byte-source.ts";
import { namingSync } from "../base/errors.ts";
import { joinBytes } from "../base/join-bytes.ts";
import type { Tensor } from "../base/tensor.ts";
import { npyPieces, readNpy } from "./npy.ts";
import { readZip, zipPieces } from "./zip.ts";

/**
 * Reads the arrays of a `.npz` file, by name.
 *
 * @param name of the file, for messages
 * @param budget of the file that these bytes are a part of
 */
export async function readNpz(
  bytes: ByteSource,
  name = "arrays.npz",
  budget = new Budget(bytes.length),
): Promise<Map<string, Tensor>> {
  const arrays = new Map<string, Tensor>();
  for (const [path, member] of await readZip(bytes, name, budget)) {
    if (!path.endsWith(".npy")) continue;
    const data = await member.read();
    arrays.set(
      path.slice(0, -".npy".length),
      namingSync(name, () => readNpy(data, `"${path}"`)),
    );
  }
  return arrays;
}

/** The bytes of a `.npz` file, not compressed, as `numpy.savez` writes it. */
export function writeNpz(arrays: Iterable<readonly [string, Tensor]>): Promise<Uint8Array> {
  return Promise.resolve(joinBytes([...npzPieces(arrays)]));
}

/** The same piece by piece: arrays are not copied. @throws StriateError for more than 4 GB */
export const npzPieces = (arrays: Iterable<readonly [string, Tensor]>): Generator<Uint8Array> =>
  zipPieces(Array.from(arrays, ([name, value]) => [`${name}.npy`, npyPieces(value)] as const));
