import { joinBytes } from "../../src/base/join-bytes.ts";
import type { Random } from "../../src/base/random.ts";
import {
  chance,
  hostileInteger,
  hostileReal,
  hostileShape,
  pick,
  several,
} from "./hostile-numbers.ts";
import { type Wire, wireBytes, wireMessage, wireNumber, wireReal, wireText } from "./wire.ts";

/** Attributes that TensorFlow's ops have, and the number of their field in an AttrValue. */
const attributes: readonly (readonly [
  name: string,
  kind: "list" | "i" | "b" | "text" | "shape" | "f",
])[] = [
  ...(["strides", "ksize", "dilations", "explicit_paddings", "squeeze_dims"] as const).map(
    (name) => [name, "list"] as const,
  ),
  ...(["N", "num_split", "axis", "block_size", "num", "begin_mask", "end_mask"] as const).map(
    (name) => [name, "i"] as const,
  ),
  ...(["transpose_b", "align_corners", "half_pixel_centers", "keep_dims"] as const).map(
    (name) => [name, "b"] as const,
  ),
  ...(["padding", "data_format", "mode"] as const).map((name) => [name, "text"] as const),
  ...(["shape", "output_shapes"] as const).map((name) => [name, "shape"] as const),
  ...(["alpha", "epsilon"] as const).map((name) => [name, "f"] as const),
];

const entry = (name: string, value: readonly Wire[]): Wire =>
  wireMessage(5, [wireText(1, name), wireMessage(2, value)]);

/**
 * A frozen TensorFlow graph that is sound in each of its parts: ops that there are, reading what is made
 * before them, with hostile numbers in attributes, shapes and constants.
 */
export function hostileGraphDef(random: Random, ops: readonly string[]): Uint8Array {
  const names = ["x", "c0", "c1"];
  const nodes: Wire[] = [
    node(
      "x",
      "Placeholder",
      [],
      [
        entry("dtype", [wireNumber(6, 1)]),
        entry("shape", [
          wireBytes(7, shapeOf(chance(random, 0.7) ? [1n, 8n, 8n, 3n] : hostileShape(random))),
        ]),
      ],
    ),
    constant(random, "c0"),
    constant(random, "c1"),
  ];
  const count = 1 + random.integer(6);
  for (let i = 0; i < count; i++) {
    const inputs = several(random, 4, () => pick(random, names.slice(-4)));
    const often = chance(random, 0.02) ? new Array<string>(2000).fill(pick(random, names)) : [];
    const own = attributes.flatMap(([name, kind]) =>
      chance(random, 0.35) ? [entry(name, value(random, kind))] : [],
    );
    const type = entry("T", [wireNumber(6, pick(random, [1, 1, 1, 3, 9, 10, 7]))]);
    const name = pick(random, [`n${i}`, `n${i}`, `constructor/n${i}`]);
    nodes.push(node(name, pick(random, ops), [...inputs, ...often], [...own, type]));
    names.push(pick(random, [name, `${name}:0`, `${name}:1`]));
  }
  return joinBytes(nodes);
}

/** A SavedModel with such a graph and no variables. */
export function hostileSavedModel(random: Random, ops: readonly string[]): Uint8Array {
  const graph = hostileGraphDef(random, ops);
  const info = (key: string, name: string) =>
    wireMessage(1, [wireText(1, key), wireMessage(2, [wireText(1, name), wireNumber(2, 1)])]);
  const signature = wireMessage(5, [
    wireText(1, "serving_default"),
    wireMessage(2, [
      info("in", "x:0"),
      wireMessage(2, [
        wireText(1, "out"),
        wireMessage(2, [wireText(1, pick(random, ["n0:0", "n0:0", "n1:0", "x:0"]))]),
      ]),
      wireText(3, "tensorflow/serving/predict"),
    ]),
  ]);
  return joinBytes([
    wireNumber(1, 1),
    wireMessage(2, [wireMessage(1, [wireText(4, "serve")]), wireBytes(2, graph), signature]),
  ]);
}

const node = (name: string, op: string, inputs: readonly string[], rest: readonly Wire[]): Wire =>
  wireMessage(1, [
    wireText(1, name),
    wireText(2, op),
    ...inputs.map((input) => wireText(3, input)),
    ...rest,
  ]);

const shapeOf = (shape: readonly bigint[]): Uint8Array =>
  joinBytes(shape.map((length) => wireMessage(2, [wireNumber(1, length)])));

function constant(random: Random, name: string): Wire {
  const whole = chance(random, 0.85);
  const shape = whole ? [BigInt(1 + random.integer(4))] : hostileShape(random);
  const numbers = Array.from({ length: whole ? Number(shape[0]) : 1 }, () =>
    hostileInteger(random),
  );
  const tensor = [
    wireNumber(1, whole ? 3 : 1),
    wireBytes(2, shapeOf(chance(random, 0.95) ? shape : hostileShape(random))),
    ...(whole ? numbers.map((value) => wireNumber(7, value)) : [wireReal(5, hostileReal(random))]),
  ];
  return node(
    name,
    "Const",
    [],
    [entry("value", [wireMessage(8, tensor)]), entry("dtype", [wireNumber(6, whole ? 3 : 1)])],
  );
}

function value(random: Random, kind: (typeof attributes)[number][1]): Wire[] {
  switch (kind) {
    case "list":
      return [
        wireMessage(
          1,
          Array.from({ length: 4 }, () => wireNumber(3, hostileInteger(random))),
        ),
      ];
    case "i":
      return [wireNumber(3, hostileInteger(random))];
    case "b":
      return [wireNumber(5, random.integer(2))];
    case "f":
      return [wireReal(4, hostileReal(random))];
    case "text":
      return [wireText(2, pick(random, ["SAME", "VALID", "NHWC", "NCHW", "EXPLICIT", "REFLECT"]))];
    default:
      return [wireBytes(7, shapeOf(hostileShape(random)))];
  }
}
