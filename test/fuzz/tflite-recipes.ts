/** Numbers of a recipe: sound ones, in whose place a hostile one stands now and then. */
export type Numbers = (...sound: readonly number[]) => number[];

/** What an operator reads: what was made before it, whole numbers in a row, or reals of a shape. */
export type Given = "x" | { ints: readonly number[] } | { reals: readonly number[] };

/** An option: of four bytes, of one, or a list of whole numbers. */
export type Option = number | { byte: number } | { list: readonly number[] };

/** An operator as converters write it for a picture of (1, 8, 8, 3). */
export interface Recipe {
  inputs: readonly Given[];
  options?: readonly Option[];
}

const bytes = (numbers: readonly number[]): Option[] => numbers.map((value) => ({ byte: value }));
const reads = (...inputs: readonly Given[]): Recipe => ({ inputs });
const ints = (numbers: readonly number[]): Given => ({ ints: numbers });
const reals = (shape: readonly number[]): Given => ({ reals: shape });

/** Padding, two strides, and what comes behind them. */
const windowed = (n: Numbers, inputs: readonly Given[], ...rest: readonly Option[]): Recipe => ({
  inputs,
  options: [...bytes(n(0)), ...n(1, 1), ...rest],
});
const pool = (n: Numbers) => windowed(n, ["x"], ...n(2, 2), { byte: 0 });
const binary = (n: Numbers) => ({
  inputs: ["x", reals(n(1, 1, 1, 3))] as const,
  options: bytes(n(0)),
});
const reduced = (n: Numbers) => ({ inputs: ["x", ints(n(1, 2))] as const, options: bytes(n(1)) });
const resized = (n: Numbers) => ({
  inputs: ["x", ints(n(4, 4))] as const,
  options: bytes([0, 0, ...n(0)]),
});
const paired = (n: Numbers) => ints(n(1, 1, 1, 1));

/** Operators by name. Source: the tables of options in TFLite's schema.fbs. */
export const tfliteRecipes: Readonly<Record<string, (n: Numbers) => Recipe>> = {
  CONV_2D: (n) => windowed(n, ["x", reals(n(2, 3, 3, 3)), reals(n(2))], { byte: 1 }, ...n(1, 1)),
  DEPTHWISE_CONV_2D: (n) =>
    windowed(n, ["x", reals(n(1, 3, 3, 3)), reals(n(3))], 1, { byte: 0 }, ...n(1, 1)),
  TRANSPOSE_CONV: (n) => windowed(n, [ints(n(1, 8, 8, 2)), reals(n(2, 3, 3, 3)), "x"]),
  AVERAGE_POOL_2D: pool,
  MAX_POOL_2D: pool,
  L2_POOL_2D: pool,
  FULLY_CONNECTED: (n) => ({
    inputs: ["x", reals(n(4, 3)), reals(n(4))],
    options: bytes(n(0, 0, 1)),
  }),
  ADD: binary,
  MUL: binary,
  SUB: binary,
  DIV: binary,
  RELU: () => reads("x"),
  LOGISTIC: () => reads("x"),
  SOFTMAX: () => reads("x"),
  PRELU: (n) => reads("x", reals(n(1, 1, 3))),
  MEAN: reduced,
  SUM: reduced,
  REDUCE_MAX: reduced,
  ARG_MAX: (n) => reads("x", ints(n(3))),
  CUMSUM: (n) => ({ inputs: ["x", ints(n(1))], options: bytes(n(0, 1)) }),
  RESIZE_BILINEAR: resized,
  RESIZE_NEAREST_NEIGHBOR: resized,
  RESHAPE: (n) => ({ inputs: ["x", ints(n(1, -1, 3))], options: [{ list: n(1, -1, 3) }] }),
  CONCATENATION: (n) => ({ inputs: ["x", "x"], options: [...n(3), ...bytes(n(0))] }),
  PACK: (n) => ({ inputs: ["x", "x"], options: n(2, 1) }),
  UNPACK: (n) => ({ inputs: ["x"], options: n(8, 1) }),
  SPLIT: (n) => ({ inputs: [ints(n(2)), "x"], options: n(4) }),
  SPLIT_V: (n) => ({ inputs: ["x", ints(n(3, 5)), ints(n(1))], options: n(2) }),
  SLICE: (n) => reads("x", ints(n(0, 1, 1, 0)), ints(n(1, 4, -1, 3))),
  STRIDED_SLICE: (n) => ({
    inputs: ["x", ints(n(0, 1, 0, 0)), ints(n(1, 8, 8, 3)), paired(n)],
    options: n(0, 0, 0, 0, 0),
  }),
  GATHER: (n) => ({ inputs: ["x", ints(n(0, 2, 1))], options: n(1, 0) }),
  TRANSPOSE: (n) => reads("x", ints(n(0, 3, 1, 2))),
  TILE: (n) => reads("x", ints(n(1, 2, 1, 1))),
  BROADCAST_TO: (n) => reads("x", ints(n(2, 8, 8, 3))),
  FILL: (n) => reads(ints(n(1, 8, 8, 3)), reals([])),
  RANGE: (n) => reads(ints(n(0)), ints(n(9)), ints(n(2))),
  ONE_HOT: (n) => reads(ints(n(0, 1, 2)), ints(n(5)), reals([]), reals([])),
  TOPK_V2: (n) => reads("x", ints(n(2))),
  SQUEEZE: (n) => ({ inputs: ["x"], options: [{ list: n(0) }] }),
  EXPAND_DIMS: (n) => reads("x", ints(n(1))),
  REVERSE_V2: (n) => reads("x", ints(n(1))),
  SPACE_TO_DEPTH: (n) => ({ inputs: ["x"], options: n(2) }),
  DEPTH_TO_SPACE: (n) => ({ inputs: ["x"], options: n(1) }),
  LOCAL_RESPONSE_NORMALIZATION: (n) => ({ inputs: ["x"], options: n(2) }),
  GATHER_ND: (n) => reads("x", ints(n(0, 1))),
  SCATTER_ND: (n) => reads(ints(n(1, 2)), ints(n(7, 8)), ints(n(4))),
};
