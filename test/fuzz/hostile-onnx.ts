import { joinBytes } from "../../src/base/join-bytes.ts";
import type { Random } from "../../src/base/random.ts";
import type { OpDefinition } from "../../src/ops/define-op.ts";
import {
  chance,
  hostileInteger,
  hostileReal,
  hostileShape,
  pick,
  several,
} from "./hostile-numbers.ts";
import { type Wire, wireBytes, wireMessage, wireNumber, wireReal, wireText } from "./wire.ts";

/** A sensible picture goes in, so that most nodes have something to do. */
const photo = [1n, 3n, 8n, 8n];

const names = ["x", "c0", "c1", "c2", "constructor", "__proto__"];

/**
 * An ONNX model that is a model in each of its parts: ops that there are, with attributes of the right kind,
 * reading values that are made before them; and hostile numbers in shapes, attributes and constants, one
 * value read thousands of times, functions that call one another, constants that are a shape without data.
 */
export function hostileOnnx(random: Random, ops: readonly OpDefinition[]): Uint8Array {
  const values = ["x"];
  const constants = Array.from({ length: 3 }, (_, i) => constant(random, `c${i}`));
  values.push("c0", "c1", "c2");
  const nodes = Array.from({ length: 1 + random.integer(6) }, (_, i) => {
    const made = node(random, ops, values, i, 0);
    values.push(`n${i}`);
    return made;
  });
  const graph = [
    ...nodes.map((bytes) => wireBytes(1, bytes)),
    wireText(2, "hostile"),
    ...constants.map((bytes) => wireBytes(5, bytes)),
    wireBytes(11, valueInfo(random, "x", chance(random, 0.7) ? photo : hostileShape(random))),
    wireBytes(12, valueInfo(random, values.at(-1)!, [])),
    ...(chance(random, 0.2)
      ? [wireBytes(13, valueInfo(random, pick(random, values), hostileShape(random)))]
      : []),
  ];
  return joinBytes([
    wireNumber(1, 8),
    wireMessage(7, graph),
    wireMessage(8, [wireNumber(2, chance(random, 0.95) ? 18 : hostileInteger(random))]),
    wireMessage(8, [wireText(1, "f"), wireNumber(2, 1)]),
    ...several(random, 2, (i) => wireBytes(25, functionOf(random, ops, i))),
  ]);
}

function node(
  random: Random,
  ops: readonly OpDefinition[],
  values: readonly string[],
  i: number,
  depth: number,
): Uint8Array {
  const op = pick(random, ops);
  const inputs = several(random, 4, () => pick(random, values.slice(-4)));
  // One value, read again and again.
  const often = chance(random, 0.02) ? new Array<string>(2000).fill(pick(random, values)) : [];
  const call = chance(random, 0.05);
  return joinBytes([
    ...[...inputs, ...often].map((name) => wireText(1, name)),
    wireText(2, `n${i}`),
    ...several(random, 2, (k) => wireText(2, `n${i}_${k}`)),
    wireText(3, pick(random, [`n${i}`, "", "constructor", "a\u001b[2Jb"])),
    wireText(4, call ? `f${random.integer(2)}` : op.type),
    ...(call || (op.domain ?? "") !== "" ? [wireText(7, call ? "f" : op.domain!)] : []),
    ...Object.entries(op.attributes ?? {}).flatMap(([name, { kind }]) =>
      chance(random, 0.6) ? [wireBytes(5, attribute(random, ops, name, kind, depth))] : [],
    ),
  ]);
}

function attribute(
  random: Random,
  ops: readonly OpDefinition[],
  name: string,
  kind: string,
  depth: number,
): Uint8Array {
  const words = ["NOTSET", "SAME_UPPER", "VALID", "constant", "linear", "bij,bjk->bik", "DCR", ""];
  const [code, ...value] = ((): [number, ...Wire[]] => {
    switch (kind) {
      case "int":
        return [2, wireNumber(3, hostileInteger(random))];
      case "float":
        return [1, wireReal(2, hostileReal(random))];
      case "string":
        return [3, wireText(4, pick(random, words))];
      case "ints":
        return [7, ...several(random, 5, () => wireNumber(8, hostileInteger(random)))];
      case "floats":
        return [6, ...several(random, 5, () => wireReal(7, hostileReal(random)))];
      case "strings":
        return [8, ...several(random, 3, () => wireText(9, pick(random, words)))];
      case "tensor":
        return [4, wireBytes(5, constant(random, "t"))];
      default:
        return [5, wireBytes(6, body(random, ops, depth + 1))];
    }
  })();
  return joinBytes([wireText(1, name), wireNumber(20, code), ...value]);
}

/** A graph inside: of a choice, a loop or a scan. */
function body(random: Random, ops: readonly OpDefinition[], depth: number): Uint8Array {
  const nodes = depth < 3 ? several(random, 2, (i) => node(random, ops, names, i, depth)) : [];
  return joinBytes([
    ...nodes.map((bytes) => wireBytes(1, bytes)),
    wireText(2, "body"),
    ...several(random, 3, (i) => wireBytes(11, valueInfo(random, `i${i}`, hostileShape(random)))),
    ...several(random, 3, () => wireBytes(12, valueInfo(random, pick(random, names), []))),
  ]);
}

function functionOf(random: Random, ops: readonly OpDefinition[], i: number): Uint8Array {
  return joinBytes([
    wireText(1, `f${i}`),
    wireText(4, "a"),
    wireText(5, "n0"),
    wireBytes(7, node(random, ops, ["a"], 0, 1)),
    wireMessage(9, [wireNumber(2, 18)]),
    wireText(10, "f"),
  ]);
}

const valueInfo = (random: Random, name: string, shape: readonly bigint[]): Uint8Array =>
  joinBytes([
    wireText(1, name),
    wireMessage(2, [
      wireMessage(1, [
        wireNumber(1, pick(random, [1, 1, 1, 1, 7, 6, 9, 10, 8, 255])),
        wireMessage(
          2,
          shape.map((length) => wireMessage(1, [wireNumber(1, length)])),
        ),
      ]),
    ]),
  ]);

/** A constant: whole numbers for shapes and axes, or real ones whose shape may promise more than is there. */
function constant(random: Random, name: string): Uint8Array {
  if (chance(random, 0.5)) {
    const numbers = Array.from({ length: 1 + random.integer(4) }, () => hostileInteger(random));
    return joinBytes([
      ...(chance(random, 0.97) ? [wireNumber(1, numbers.length)] : []),
      wireNumber(2, 7),
      ...numbers.map((value) => wireNumber(7, value)),
      wireText(8, name),
    ]);
  }
  const shape = chance(random, 0.9) ? [2n, 3n, 3n, 3n] : hostileShape(random);
  const size = shape.reduce((product, length) => product * length, 1n);
  const there = size >= 0n && size <= 4096n && chance(random, 0.97) ? Number(size) : 4;
  return joinBytes([
    ...shape.map((length) => wireNumber(1, length)),
    wireNumber(2, 1),
    ...(chance(random, 0.97) ? [wireBytes(9, new Uint8Array(4 * there).fill(63))] : []),
    wireText(8, name),
  ]);
}
