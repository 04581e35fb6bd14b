import { joinBytes } from "../../src/base/join-bytes.ts";
import type { Random } from "../../src/base/random.ts";
import { hostileHeader } from "../hostile/npy.ts";
import { chance, hostileInteger, hostileShape, pick, several } from "./hostile-numbers.ts";

const utf8 = new TextEncoder();

/** A `.npy` whose header is one, with a shape that its bytes need not have. */
export function hostileNpy(random: Random): Uint8Array {
  if (chance(random, 0.7))
    return hostileHeader(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
      new Uint8Array(24),
    );
  const shape = chance(random, 0.5) ? [2n, 3n] : hostileShape(random, random.integer(6));
  const type = pick(random, ["<f4", "<f8", "<i8", "|u1", ">f2", "|b1", "|O", "<U9", "<f3"]);
  const order = pick(random, ["False", "True"]);
  const text = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${shape.join(", ")},), }`;
  return hostileHeader(text, new Uint8Array(pick(random, [0, 6, 24, 48, 96])));
}

/** A safetensors file whose header is JSON, with shapes and places of hostile numbers. */
export function hostileSafetensors(random: Random): Uint8Array {
  const body = new Uint8Array(96);
  const entries = several(random, 6, (i) => {
    const whole = chance(random, 0.8);
    const from = whole ? 0n : hostileInteger(random);
    return [
      pick(random, [`a/${i}`, "dense/kernel", "__proto__", "constructor", "__metadata__"]),
      {
        dtype: whole ? "F32" : pick(random, ["F32", "F16", "I64", "BF16", "F8_E4M3", "x"]),
        shape: whole ? [2, 3] : hostileShape(random).map(Number),
        data_offsets: whole ? [0, 24] : [Number(from), Number(hostileInteger(random))],
      },
    ] as const;
  });
  const header = utf8.encode(
    `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`,
  );
  const length = new Uint8Array(8);
  const said = chance(random, 0.9) ? BigInt(header.length) : hostileInteger(random);
  new DataView(length.buffer).setBigUint64(0, BigInt.asUintN(64, said), true);
  return joinBytes([length, header, body]);
}
