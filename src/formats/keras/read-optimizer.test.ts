import { describe, expect, it } from "vitest";
import { type Tensor, float32, int64 } from "../../base/tensor.ts";
import { kerasWriter } from "./keras-writer.ts";
import { listWeights } from "../../model/lowering/list-weights.ts";
import { parseKerasModel } from "./parse-model.ts";
import { type StateArray, readOptimizer } from "./read-optimizer.ts";

/** Two layers whose weights have the same shapes: only order and names tell their states apart. */
const dense = (name: string) => ({
  class_name: "Dense",
  config: { name, units: 2, use_bias: false, batch_input_shape: [null, 2] },
});
const model = parseKerasModel(
  { class_name: "Sequential", config: { layers: [dense("a"), dense("b")] } },
  { kerasVersion: 2 },
);
const { weights } = listWeights(model);

const array = (value: number, name?: string): StateArray => {
  const tensor: Tensor = float32([2, 2], [value, value, value, value]);
  return { ...(name ? { name } : {}), shape: tensor.shape, read: () => tensor };
};
const steps = (name?: string): StateArray => ({
  ...(name ? { name } : {}),
  shape: [],
  read: () => int64([7], []),
});
const rate: StateArray = { shape: [], read: () => float32([], [0.1]) };

function read(className: string, config: object, arrays: StateArray[], version = "2.15.0") {
  const writer = kerasWriter(version, "tensorflow");
  const state = readOptimizer({ class_name: className, config }, arrays, weights, writer);
  const slots = [...(state?.slots ?? [])].map(([slot, values]) => [
    slot,
    Object.fromEntries([...values].map(([address, { data }]) => [address, data[0]])),
  ]);
  return state && { ...state, slots: Object.fromEntries(slots) as unknown };
}
const adam = {
  momentum: { "a/kernel": 1, "b/kernel": 2 },
  velocity: { "a/kernel": 3, "b/kernel": 4 },
};

describe("the state of an optimizer", () => {
  it("is told by the names of Keras up to 2.10, of 2.11 and of 3", () => {
    const old = [
      steps("Adam/iter:0"),
      array(1, "Adam/a/kernel/m:0"),
      array(2, "Adam/b/kernel/m:0"),
      array(3, "Adam/a/kernel/v:0"),
      array(4, "Adam/b/kernel/v:0"),
    ];
    const newer = [
      steps("iteration:0"),
      array(1, "Adam/m/a/kernel:0"),
      array(3, "Adam/v/a/kernel:0"),
      array(2, "Adam/m/b/kernel:0"),
      array(4, "Adam/v/b/kernel:0"),
    ];
    const newest = [
      steps("adam/iteration"),
      array(1, "adam/a_kernel_momentum"),
      array(3, "adam/a_kernel_velocity"),
      array(2, "adam/b_kernel_momentum"),
      array(4, "adam/b_kernel_velocity"),
    ];
    for (const arrays of [old, newer, newest]) {
      const state = read("Custom>Adam", {}, arrays);
      expect(state).toMatchObject({ className: "Adam", iterations: 7 });
      expect(state!.slots).toEqual(adam);
    }
  });

  it("is told by its order in a .keras file, which has no names", () => {
    const made = [steps(), rate, array(1), array(3), array(2), array(4)];
    expect(read("Adam", {}, made, "3.15.1")!.slots).toEqual(adam);
    const blocks = [steps(), rate, array(1), array(2), array(3), array(4)];
    expect(read("RMSprop", { momentum: 0.9 }, blocks, "3.15.1")!.slots).toEqual({
      velocity: { "a/kernel": 1, "b/kernel": 2 },
      momentum: { "a/kernel": 3, "b/kernel": 4 },
    });
  });

  it("knows RMSprop's names of old, in whatever order", () => {
    const arrays = [
      array(3, "RMSprop/a/kernel/momentum:0"),
      array(4, "RMSprop/b/kernel/momentum:0"),
      array(1, "RMSprop/a/kernel/rms:0"),
      array(2, "RMSprop/b/kernel/rms:0"),
    ];
    const state = read("RMSprop", { momentum: 0.9 }, arrays, "2.4.0");
    expect(state!.slots).toEqual({
      velocity: { "a/kernel": 1, "b/kernel": 2 },
      momentum: { "a/kernel": 3, "b/kernel": 4 },
    });
    expect(state!.config).toMatchObject({ is_legacy_optimizer: true });
  });

  it("is left out where it does not fit, or the optimizer is not known", () => {
    expect(read("Adam", {}, [steps(), rate, array(1)])).toBeUndefined();
    expect(read("MyOptimizer", {}, [steps(), array(1), array(2)])).toBeUndefined();
  });
});
