import { field } from "../../base/fields.ts";
import { activationField } from "../activation-field.ts";
import type { Values } from "../../base/fields.ts";
import { type Cell, affine, cellActivation, gateWeights, splitGates } from "./cell.ts";
import { cellFields } from "./fields.ts";

const units = field.int(undefined, { min: 1 });

export const simpleRnnFields = { units, activation: activationField("tanh"), ...cellFields };
export const lstmFields = {
  units,
  activation: activationField("tanh"),
  recurrent_activation: activationField("sigmoid"),
  unit_forget_bias: field.boolean(true),
  ...cellFields,
};
export const gruFields = {
  units,
  activation: activationField("tanh"),
  recurrent_activation: activationField("sigmoid"),
  reset_after: field.boolean(true),
  ...cellFields,
};

type Config<F extends typeof simpleRnnFields> = Values<F> & { trainable?: boolean };

/**
 * `h' = activation(x W + h U + b)`.
 *
 * Source: https://keras.io/api/layers/recurrent_layers/simple_rnn/
 */
export function simpleRnnCell(config: Config<typeof simpleRnnFields>): Cell {
  return {
    weights: (features) => gateWeights(config, features, 1),
    stateSizes: [config.units],
    project: (b, { weight }, x) =>
      affine(b, x, weight("kernel"), config.use_bias ? weight("bias") : undefined),
    step(b, scope, x, [h]) {
      const sum = b.op("Add", [x, b.op("MatMul", [h!, scope.weight("recurrent_kernel")])]);
      return [cellActivation(b, scope, sum, config.activation)];
    },
  };
}

/**
 * Gates i, f, c, o, in this order in the weights: `c' = f c + i act(z_c)`, `h' = o act(c')`.
 *
 * Source: https://keras.io/api/layers/recurrent_layers/lstm/
 */
export function lstmCell(config: Config<typeof lstmFields>): Cell {
  return {
    weights: (features) => gateWeights(config, features, 4),
    stateSizes: [config.units, config.units],
    project: (b, { weight }, x) =>
      affine(b, x, weight("kernel"), config.use_bias ? weight("bias") : undefined),
    step(b, scope, x, [h, c]) {
      const sum = b.op("Add", [x, b.op("MatMul", [h!, scope.weight("recurrent_kernel")])]);
      const [i, f, z, o] = splitGates(b, sum, 4);
      const gate = (value: string) => cellActivation(b, scope, value, config.recurrent_activation);
      const act = (value: string) => cellActivation(b, scope, value, config.activation);
      const kept = b.op("Mul", [gate(f!), c!]);
      const memory = b.op("Add", [kept, b.op("Mul", [gate(i!), act(z!)])]);
      return [b.op("Mul", [gate(o!), act(memory)]), memory];
    },
  };
}

/**
 * Gates z, r, h, in this order in the weights: `h' = z h + (1 - z) act(...)`. The reset gate r works
 * before the product with the recurrent kernel, or, with `reset_after`, behind it; then there are two
 * rows of bias, one for each product.
 *
 * Source: https://keras.io/api/layers/recurrent_layers/gru/
 */
export function gruCell(config: Config<typeof gruFields>): Cell {
  return {
    weights: (features) => gateWeights(config, features, 3, config.reset_after ? 2 : 1),
    stateSizes: [config.units],
    project(b, { weight }, x) {
      if (!config.use_bias) return affine(b, x, weight("kernel"));
      const bias = weight("bias");
      const row = config.reset_after ? b.op("Gather", [bias, b.i64(0)], { axis: 0 }) : bias;
      return affine(b, x, weight("kernel"), row);
    },
    step(b, scope, x, [h]) {
      const { weight } = scope;
      const gate = (value: string) => cellActivation(b, scope, value, config.recurrent_activation);
      const recurrent = weight("recurrent_kernel");
      const [xz, xr, xh] = splitGates(b, x, 3);
      let z: string;
      let candidate: string;
      if (config.reset_after) {
        const bias = config.use_bias
          ? b.op("Gather", [weight("bias"), b.i64(1)], { axis: 0 })
          : undefined;
        const [hz, hr, hh] = splitGates(b, affine(b, h!, recurrent, bias), 3);
        z = gate(b.op("Add", [xz!, hz!]));
        const r = gate(b.op("Add", [xr!, hr!]));
        candidate = b.op("Add", [xh!, b.op("Mul", [r, hh!])]);
      } else {
        const [uz, ur, uh] = splitGates(b, recurrent, 3);
        z = gate(b.op("Add", [xz!, b.op("MatMul", [h!, uz!])]));
        const r = gate(b.op("Add", [xr!, b.op("MatMul", [h!, ur!])]));
        candidate = b.op("Add", [xh!, b.op("MatMul", [b.op("Mul", [r, h!]), uh!])]);
      }
      const fresh = cellActivation(b, scope, candidate, config.activation);
      const kept = b.op("Mul", [z, h!]);
      return [b.op("Add", [kept, b.op("Mul", [b.op("Sub", [b.f32(1), z]), fresh])])];
    },
  };
}
