import { StriateError } from "../../base/errors.ts";
import { nearestNames } from "../../base/names.ts";
import { float } from "../../graph/attributes.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import type { LowerContext, SymbolicTensor } from "../define-layer.ts";
import type { KerasVersion } from "../keras-version.ts";
import { unwrapNumpy } from "../fields/numbers-field.ts";
import { graphAxis, knownLength } from "../symbolic.ts";

/** What an activation may need besides the value. */
interface Setting {
  /** Graph axis of the Keras axis that softmax and its kin work on, and its length where known. */
  axis: number;
  length: () => number;
  version: KerasVersion;
  /** A parameter of an activation that a file wrote as an object, `{ class_name: "ReLU", config }`. */
  parameter(name: string, fallback: number): number;
}
type Activation = (b: GraphBuilder, x: string, setting: Setting) => string;

/** `max(x, 0)` with a slope below `threshold` and a roof, as the ReLU layer of Keras has them. */
export function reluWith(
  b: GraphBuilder,
  x: string,
  maxValue: number | null,
  negativeSlope: number,
  threshold: number,
): string {
  let value: string;
  if (threshold === 0) {
    // Clip has its roof in the same pass over the data.
    if (negativeSlope === 0)
      return maxValue === null ? b.op("Relu", [x]) : b.op("Clip", [x, b.f32(0), b.f32(maxValue)]);
    value = b.op("LeakyRelu", [x], { alpha: float(negativeSlope) });
  } else {
    const above = b.op("GreaterOrEqual", [x, b.f32(threshold)]);
    const below =
      negativeSlope === 0
        ? b.f32(0)
        : b.op("Mul", [b.op("Sub", [x, b.f32(threshold)]), b.f32(negativeSlope)]);
    value = b.op("Where", [above, x, below]);
  }
  return maxValue === null ? value : b.op("Min", [value, b.f32(maxValue)]);
}

/** `x * Phi(x)`, or its tanh approximation. */
export function gelu(b: GraphBuilder, x: string, approximate: boolean): string {
  const half = b.op("Mul", [x, b.f32(0.5)]);
  const bend = approximate
    ? b.op("Tanh", [
        b.op("Mul", [
          b.op("Add", [x, b.op("Mul", [cube(b, x), b.f32(0.044715)])]),
          b.f32(Math.sqrt(2 / Math.PI)),
        ]),
      ])
    : b.op("Erf", [b.op("Mul", [x, b.f32(Math.SQRT1_2)])]);
  return b.op("Mul", [half, b.op("Add", [bend, b.f32(1)])]);
}

const cube = (b: GraphBuilder, x: string) => b.op("Mul", [b.op("Mul", [x, x]), x]);
const clip = (b: GraphBuilder, x: string, low: number, high: number) =>
  b.op("Clip", [x, b.f32(low), b.f32(high)]);
const swish: Activation = (b, x) => b.op("Mul", [x, b.op("Sigmoid", [x])]);

/** Keras 3 has `relu6(x + 3) / 6`; before it was `clip(0.2 x + 0.5, 0, 1)`. */
const hardSigmoid: Activation = (b, x, { version }) =>
  b.op("HardSigmoid", [x], { alpha: float(version === 3 ? 1 / 6 : 0.2), beta: float(0.5) });
const hardSwish: Activation = (b, x, setting) =>
  b.op("Mul", [x, hardSigmoid(b, x, { ...setting, version: 3 })]);

/** Passes on what lies outside `[-threshold, threshold]`, moved towards zero by `shift`. */
function shrink(b: GraphBuilder, x: string, threshold: number, shift: number): string {
  const moved = shift === 0 ? x : b.op("Sub", [x, b.op("Mul", [b.op("Sign", [x]), b.f32(shift)])]);
  const outside = b.op("Greater", [b.op("Abs", [x]), b.f32(threshold)]);
  return b.op("Where", [outside, moved, b.f32(0)]);
}

/**
 * Sparse softmax: `max(x - tau, 0)`.
 *
 * In the paper tau makes the result sum to one; Keras 3 adds up all cumulative sums of the support where
 * the paper takes the last one. A file's author saw Keras' numbers, so they are ours.
 *
 * Source: Martins and Astudillo 2016, https://arxiv.org/abs/1602.02068, algorithm 1;
 * `keras/src/backend/tensorflow/nn.py` of Keras 3.15.
 */
const sparsemax: Activation = (b, x, { axis, length }) => {
  const n = length();
  const [sorted] = b.ops("TopK", [x, b.i64([n])], { axis }, { outputCount: 2 });
  const sums = b.op("CumSum", [sorted!, b.i64(axis)]);
  // 1, 2, ..., n along the axis: the running sum of ones.
  const ones = b.op("Add", [b.op("Mul", [sorted!, b.f32(0)]), b.f32(1)]);
  const rank = b.op("CumSum", [ones, b.i64(axis)]);
  const bound = b.op("Add", [b.op("Mul", [rank, sorted!]), b.f32(1)]);
  const inside = b.op("Cast", [b.op("Greater", [bound, sums])], { to: 1 });
  const axes = b.i64([axis]);
  const count = b.op("ReduceSum", [inside, axes]);
  const total = b.op("ReduceSum", [b.op("Mul", [inside, sums]), axes]);
  const tau = b.op("Div", [b.op("Sub", [total, b.f32(1)]), count]);
  return b.op("Relu", [b.op("Sub", [x, tau])]);
};

/** The first half of the axis, gated by the sigmoid of the second. */
const glu: Activation = (b, x, { axis }) => {
  const [value, gate] = b.ops("Split", [x], { axis, num_outputs: 2 }, { outputCount: 2 });
  return b.op("Mul", [value!, b.op("Sigmoid", [gate!])]);
};

/**
 * The activations that a layer can name, of Keras 1 to 3. Each writes the nodes of its formula.
 *
 * Source: https://keras.io/api/layers/activations/
 */
const activations = {
  linear: (_, x) => x,
  relu: (b, x, { parameter }) =>
    reluWith(
      b,
      x,
      Number.isFinite(parameter("max_value", Infinity)) ? parameter("max_value", 0) : null,
      parameter("negative_slope", 0),
      parameter("threshold", 0),
    ),
  relu6: (b, x) => clip(b, x, 0, 6),
  leaky_relu: (b, x, { parameter }) =>
    b.op("LeakyRelu", [x], { alpha: float(parameter("negative_slope", parameter("alpha", 0.2))) }),
  elu: (b, x, { parameter }) => b.op("Elu", [x], { alpha: float(parameter("alpha", 1)) }),
  selu: (b, x) => b.op("Selu", [x]),
  celu: (b, x, { parameter }) => b.op("Celu", [x], { alpha: float(parameter("alpha", 1)) }),
  sigmoid: (b, x) => b.op("Sigmoid", [x]),
  hard_sigmoid: hardSigmoid,
  log_sigmoid: (b, x) => b.op("Neg", [b.op("Softplus", [b.op("Neg", [x])])]),
  sparse_sigmoid: (b, x) => clip(b, b.op("Mul", [b.op("Add", [x, b.f32(1)]), b.f32(0.5)]), 0, 1),
  silu: swish,
  swish,
  hard_silu: hardSwish,
  hard_swish: hardSwish,
  mish: (b, x) => b.op("Mul", [x, b.op("Tanh", [b.op("Softplus", [x])])]),
  gelu: (b, x, { parameter }) => gelu(b, x, parameter("approximate", 0) !== 0),
  glu,
  tanh: (b, x) => b.op("Tanh", [x]),
  hard_tanh: (b, x) => clip(b, x, -1, 1),
  tanh_shrink: (b, x) => b.op("Sub", [x, b.op("Tanh", [x])]),
  hard_shrink: (b, x, { parameter }) => shrink(b, x, parameter("threshold", 0.5), 0),
  soft_shrink: (b, x, { parameter }) =>
    shrink(b, x, parameter("threshold", 0.5), parameter("threshold", 0.5)),
  threshold: (b, x, { parameter }) =>
    b.op("Where", [
      b.op("Greater", [x, b.f32(parameter("threshold", 0))]),
      x,
      b.f32(parameter("default_value", 0)),
    ]),
  softmax: (b, x, { axis }) => b.op("Softmax", [x], { axis }),
  log_softmax: (b, x, { axis }) => b.op("LogSoftmax", [x], { axis }),
  sparsemax,
  softplus: (b, x) => b.op("Softplus", [x]),
  squareplus: (b, x, { parameter }) =>
    b.op("Mul", [
      b.op("Add", [
        x,
        b.op("Sqrt", [b.op("Add", [b.op("Mul", [x, x]), b.f32(parameter("b", 4))])]),
      ]),
      b.f32(0.5),
    ]),
  /** 0 up to -1, `(x + 1)^2 / 4` up to 1, then x. */
  sparse_plus: (b, x) => {
    const bent = b.op("Add", [clip(b, x, -1, 1), b.f32(1)]);
    const curve = b.op("Mul", [b.op("Mul", [bent, bent]), b.f32(0.25)]);
    return b.op("Add", [curve, b.op("Relu", [b.op("Sub", [x, b.f32(1)])])]);
  },
  softsign: (b, x) => b.op("Softsign", [x]),
  exponential: (b, x) => b.op("Exp", [x]),
} as const satisfies Record<string, Activation>;

export type ActivationName = keyof typeof activations;

const find = (name: string): Activation | undefined =>
  Object.hasOwn(activations, name) ? activations[name as ActivationName] : undefined;

/** Layers that Keras also lets stand as an activation, by class name. */
const layersAsActivations: Readonly<Record<string, string>> = {
  ReLU: "relu",
  LeakyReLU: "leaky_relu",
  ELU: "elu",
  Softmax: "softmax",
};

export const activationNames = (): string[] => Object.keys(activations);

/** The name inside a serialized activation: `"relu"`, or `{ class_name: "ReLU", config }`. */
export function activationName(serialized: unknown): string {
  if (serialized === null || serialized === undefined) return "linear";
  const record = serialized as { class_name?: unknown; config?: unknown };
  const name =
    typeof serialized === "string"
      ? serialized
      : record.class_name === "function" && typeof record.config === "string"
        ? record.config
        : String(record.class_name);
  if (Object.hasOwn(layersAsActivations, name)) return layersAsActivations[name]!;
  // TF.js and the class names of activations (`HardSigmoid`) spell the same words otherwise.
  const snake = name.replace(/(?<=[a-z0-9])([A-Z])/g, "_$1").toLowerCase();
  return find(name) || !find(snake) ? name : snake;
}

function settingOf(x: SymbolicTensor, serialized: unknown, axis: number, version: KerasVersion) {
  const record = serialized as { config?: unknown } | null;
  const config = (typeof record?.config === "object" ? record.config : null) as Record<
    string,
    unknown
  > | null;
  const kerasAxis = typeof config?.axis === "number" ? config.axis : axis;
  return {
    axis: graphAxis(x, kerasAxis),
    length: () => knownLength(x.shape, kerasAxis),
    version,
    parameter(name: string, fallback: number): number {
      const value = unwrapNumpy(config?.[name]);
      return typeof value === "number" ? value : typeof value === "boolean" ? +value : fallback;
    },
  };
}

/** Whether what stands for an activation in a configuration is known. */
export function isKnownActivation(serialized: unknown): boolean {
  try {
    const name = activationName(serialized);
    return name === "linear" || find(name) !== undefined;
  } catch (error) {
    if (error instanceof StriateError) return false;
    throw error;
  }
}

/** @throws StriateError with the nearest names */
function known(name: string) {
  const found = find(name);
  if (found) return found;
  throw new StriateError(
    `unknown activation "${name}"; nearest: ${nearestNames(name, Object.keys(activations)).join(", ")}`,
  );
}

/** @throws StriateError with the nearest names where an activation is not known */
export function checkActivation(serialized: unknown): void {
  const name = activationName(serialized);
  if (name !== "linear") known(name);
}

/**
 * Applies the activation that a layer's configuration names; remembers the value before it, so that
 * maps before and after a ReLU can be told apart.
 *
 * @param axis the Keras axis of softmax, the last one by default
 */
export function activate(
  context: Pick<LowerContext<unknown>, "b" | "preActivation" | "kerasVersion">,
  x: SymbolicTensor,
  serialized: unknown,
  axis = -1,
): SymbolicTensor {
  const name = activationName(serialized);
  if (name === "linear") return x;
  const found = known(name);
  context.preActivation(x, name);
  const setting = settingOf(x, serialized, axis, context.kerasVersion);
  return {
    ...x,
    value: found(context.b, x.value, setting),
    ...(name === "glu" && { shape: halvedLast(x.shape) }),
  };
}

const halvedLast = (shape: SymbolicTensor["shape"]) =>
  shape.map((length, axis) => (axis === shape.length - 1 && length ? length / 2 : length));
