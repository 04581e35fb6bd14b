import { field } from "../../base/fields.ts";
import { activationField } from "../fields/activation-field.ts";
import type { Values } from "../../base/fields.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import {
  type Cell,
  type CellScope,
  affine,
  cellActivation,
  gateMasks,
  gateWeights,
  splitGates,
} from "./cell.ts";
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

/** The inputs of all gates: `x W + b`. */
function projected(b: GraphBuilder, scope: CellScope, x: string, useBias: boolean): string {
  const bias = useBias ? scope.weight("bias") : undefined;
  return affine(b, x, scope.weight("kernel"), bias, scope.masks?.input);
}

/** What the state adds to all gates: `h U + b`. */
const recurrent = (b: GraphBuilder, scope: CellScope, h: string, bias?: string): string =>
  affine(b, h, scope.weight("recurrent_kernel"), bias, scope.masks?.recurrent);

/**
 * `h' = activation(x W + h U + b)`.
 *
 * Source: https://keras.io/api/layers/recurrent_layers/simple_rnn/
 */
export function simpleRnnCell(config: Config<typeof simpleRnnFields>): Cell {
  return {
    weights: (features) => gateWeights(config, features, 1),
    stateSizes: [config.units],
    masks: (features, draw) => gateMasks(config, features, 1, draw),
    project: (b, scope, x) => projected(b, scope, x, config.use_bias),
    step(b, scope, x, [h]) {
      const sum = b.op("Add", [x, recurrent(b, scope, h!)]);
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
    masks: (features, draw) => gateMasks(config, features, 4, draw),
    project: (b, scope, x) => projected(b, scope, x, config.use_bias),
    step(b, scope, x, [h, c]) {
      const sum = b.op("Add", [x, recurrent(b, scope, h!)]);
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
    masks: (features, draw) => gateMasks(config, features, 3, draw),
    project(b, scope, x) {
      if (!config.use_bias || !config.reset_after) return projected(b, scope, x, config.use_bias);
      const row = b.op("Gather", [scope.weight("bias"), b.i64(0)], { axis: 0 });
      return affine(b, x, scope.weight("kernel"), row, scope.masks?.input);
    },
    step(b, scope, x, [h]) {
      const { weight, masks } = scope;
      const gate = (value: string) => cellActivation(b, scope, value, config.recurrent_activation);
      const [xz, xr, xh] = splitGates(b, x, 3);
      let z: string;
      let candidate: string;
      if (config.reset_after) {
        const bias = config.use_bias
          ? b.op("Gather", [weight("bias"), b.i64(1)], { axis: 0 })
          : undefined;
        const [hz, hr, hh] = splitGates(b, recurrent(b, scope, h!, bias), 3);
        z = gate(b.op("Add", [xz!, hz!]));
        const r = gate(b.op("Add", [xr!, hr!]));
        candidate = b.op("Add", [xh!, b.op("Mul", [r, hh!])]);
      } else {
        const [uz, ur, uh] = splitGates(b, weight("recurrent_kernel"), 3);
        const dropped = (i: number) =>
          masks?.recurrent[i] === undefined ? h! : b.op("Mul", [h!, masks.recurrent[i]]);
        z = gate(b.op("Add", [xz!, b.op("MatMul", [dropped(0), uz!])]));
        const r = gate(b.op("Add", [xr!, b.op("MatMul", [dropped(1), ur!])]));
        candidate = b.op("Add", [xh!, b.op("MatMul", [b.op("Mul", [r, dropped(2)]), uh!])]);
      }
      const fresh = cellActivation(b, scope, candidate, config.activation);
      const kept = b.op("Mul", [z, h!]);
      return [b.op("Add", [kept, b.op("Mul", [b.op("Sub", [b.f32(1), z]), fresh])])];
    },
  };
}
