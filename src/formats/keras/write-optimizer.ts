import { type Tensor, float32, int64 } from "../../base/tensor.ts";
import type { OptimizerState } from "../../model/optimizer-state.ts";
import type { Json } from "./json.ts";
import type { LayerWeights } from "../../model/lowering/list-weights.ts";
import { keptBy, slotGroups, slotsOf } from "./optimizer-slots.ts";

/** An array of an optimizer's state, with Keras 2's name for it. */
interface NamedArray {
  name: string;
  array: Tensor;
}

/**
 * The state of an optimizer for an `.h5` file: the number of steps, then a block for each slot. That is
 * the order up to Keras 2.10, whose optimizers today's tf_keras takes for `.h5` files too.
 *
 * @param weights of the model, in the order of its layers
 */
export function stateForH5(state: OptimizerState, weights: readonly LayerWeights[]): NamedArray[] {
  const { className, config, iterations } = state;
  const slots = slotsOf(className, config) ?? [];
  const oldName = (slot: string) => slots.find(({ name }) => name === slot)?.oldName ?? slot;
  const arrays = groupsOf(state).flatMap((group) =>
    group.flatMap((slot) =>
      arraysOf(state, [slot], weights).map(({ address, array }) => ({
        name: `${className}/${address}/${oldName(slot)}:0`,
        array,
      })),
    ),
  );
  return [
    { name: `${className}/iter:0`, array: int64([iterations], []) },
    ...keptBy(className, config, iterations).map(({ oldName: name, value }) => ({
      name: `${className}/${name}:0`,
      array: float32([], [value]),
    })),
    ...arrays,
  ];
}

/**
 * The state of an optimizer for a `.keras` file, in the order in which Keras 3 makes its variables: the
 * number of steps, the learning rate, the slots.
 */
export function stateForZip(state: OptimizerState, weights: readonly LayerWeights[]): Tensor[] {
  return [
    int64([state.iterations], []),
    ...learningRate(state.config),
    ...groupsOf(state).flatMap((group) =>
      arraysOf(state, group, weights).map(({ array }) => array),
    ),
    ...keptBy(state.className, state.config, state.iterations).map(({ value }) =>
      float32([], [value]),
    ),
  ];
}

function groupsOf({ className, config, slots }: OptimizerState): readonly (readonly string[])[] {
  const known = slotsOf(className, config);
  return known ? slotGroups(known) : [...slots.keys()].map((slot) => [slot]);
}

/** The arrays of some slots, weight by weight. */
function arraysOf(
  { slots }: OptimizerState,
  group: readonly string[],
  weights: readonly LayerWeights[],
): { address: string; array: Tensor }[] {
  const trained = weights.flatMap(({ path, specs }) =>
    specs.filter((spec) => spec.trainable).map((spec) => `${path}/${spec.name}`),
  );
  return trained.flatMap((address) =>
    group.flatMap((slot) => {
      const array = slots.get(slot)?.get(address);
      return array ? [{ address, array }] : [];
    }),
  );
}

/** The learning rate as an array; a schedule is no variable, and Keras stores none for it. */
function learningRate(config: Json): Tensor[] {
  const rate = config.learning_rate ?? config.lr ?? 0.001;
  return typeof rate === "number" ? [float32([], [rate])] : [];
}
