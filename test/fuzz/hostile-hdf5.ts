import type { Random } from "../../src/base/random.ts";
import {
  HostileHdf5,
  chunkNode,
  chunked,
  contiguous,
  continuation,
  int,
  text,
} from "../hostile/hdf5.ts";

/** Lengths that are no length, or none that a small file accounts for. */
const lengths = [0, 1, 2, 3, 7, 64, 1000, 2 ** 20, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 40];
const longLengths = [...lengths, 2 ** 53 - 1, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, -1];

const pick = <T>(random: Random, values: readonly T[]): T => values[random.integer(values.length)]!;

/**
 * A Keras file of weights that is well-formed in each of its parts: datasets and groups with hostile
 * numbers, groups that name what was made before, twice and more; trees whose children coincide; headers
 * that go on in themselves.
 */
export function hostileHdf5(random: Random): Uint8Array {
  const file = new HostileHdf5();
  const made: number[] = [file.add(new Array<number>(64).fill(0))];
  for (let parts = 3 + random.integer(20); parts > 0; parts--) made.push(part(file, made, random));
  const vars = file.group(names(random, made));
  const layer = file.group([["vars", vars]]);
  return file.finish(file.group([["layers", file.group([["d", layer]])]]));
}

function part(file: HostileHdf5, made: readonly number[], random: Random): number {
  const recent = () => made[Math.max(0, made.length - 1 - random.integer(4))]!;
  const shape = Array.from({ length: random.integer(4) }, () => pick(random, longLengths));
  switch (random.integer(6)) {
    case 0:
      return file.dataset(shape, contiguous(recent(), Number(pick(random, lengths))));
    case 1: {
      let node = recent();
      for (let level = 0; level < 1 + random.integer(6); level++)
        node = file.add(chunkNode(level, 1 + random.integer(30), node, shape.length));
      return file.dataset(
        shape,
        chunked(
          node,
          shape.map(() => pick(random, lengths) % 2 ** 32),
        ),
      );
    }
    case 2: {
      const at = random.integer(2) ? file.end : recent();
      return file.add([...text("OCHK"), ...continuation(at, pick(random, lengths)), ...int(0)]);
    }
    case 3:
      return file.header([continuation(recent(), 4 + random.integer(40))]);
    default:
      return file.group(names(random, made));
  }
}

/** Names for what was made last, one thing under several names. */
const names = (random: Random, made: readonly number[]): [string, number][] =>
  Array.from({ length: 1 + random.integer(4) }, (_, i) => [
    pick(random, [String(i), "vars", "__proto__", "constructor", `layer${i}`]),
    made[Math.max(0, made.length - 1 - random.integer(3))]!,
  ]);
