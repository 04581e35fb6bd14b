import { StriateError } from "../base/errors.ts";
import { normalizeAxis } from "../base/shape.ts";
import { nearestNames } from "../base/names.ts";
import { float } from "../graph/attributes.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { LowerContext, SymbolicTensor } from "./define-layer.ts";

/** Writes the nodes of an activation. `axis` is the graph axis of Keras' last axis. */
type Activation = (b: GraphBuilder, x: string, axis: number, kerasVersion: number) => string;

/**
 * The activations that a layer can name.
 *
 * Source: https://keras.io/api/layers/activations/
 */
const activations: Record<string, Activation> = {
  linear: (_, x) => x,
  relu: (b, x) => b.op("Relu", [x]),
  sigmoid: (b, x) => b.op("Sigmoid", [x]),
  softmax: (b, x, axis) => b.op("Softmax", [x], { axis }),
  tanh: (b, x) => b.op("Tanh", [x]),
  elu: (b, x) => b.op("Elu", [x], { alpha: float(1) }),
};

export const activationNames = (): string[] => Object.keys(activations);

/** The name inside a serialized activation: `"relu"`, or `{ class_name: "ReLU", config }`. */
export function activationName(serialized: unknown): string {
  if (serialized === null || serialized === undefined) return "linear";
  if (typeof serialized === "string") return serialized;
  const record = serialized as { class_name?: unknown; config?: unknown };
  if (record.class_name === "function" && typeof record.config === "string") return record.config;
  return String(record.class_name);
}

/**
 * Applies the activation that a layer's configuration names; remembers the value before it, so that
 * maps before and after a ReLU can be told apart.
 */
export function activate(
  context: Pick<LowerContext<unknown>, "b" | "preActivation" | "kerasVersion">,
  x: SymbolicTensor,
  serialized: unknown,
  axis = -1,
): SymbolicTensor {
  const name = activationName(serialized);
  if (name === "linear") return x;
  const found = Object.hasOwn(activations, name) ? activations[name] : undefined;
  if (found === undefined)
    throw new StriateError(
      `unknown activation "${name}"; nearest: ${nearestNames(name, Object.keys(activations)).join(", ")}`,
    );
  context.preActivation(x);
  const graphAxis = x.order.indexOf(normalizeAxis(axis, x.order.length));
  return { ...x, value: found(context.b, x.value, graphAxis, context.kerasVersion) };
}
