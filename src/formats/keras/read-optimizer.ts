import { sameShape } from "../../base/shape.ts";
import { type Tensor, toFloat32 } from "../../base/tensor.ts";
import type { OptimizerState } from "../../model/optimizer-state.ts";
import type { Hdf5Group } from "../hdf5/hdf5-file.ts";
import { isObject } from "./json.ts";
import type { KerasWriter } from "./keras-writer.ts";
import type { LayerWeights } from "../../model/lowering/list-weights.ts";
import { slotGroups, slotsOf } from "./optimizer-slots.ts";
import type { SlotSpec } from "../../training/optimizers/define-optimizer.ts";
import { readNames } from "./read-names.ts";

/** An array of an optimizer's state, in the order of the file. */
export interface StateArray {
  /** As the file calls it; absent in a `.keras` file, which only counts. */
  name?: string;
  shape: readonly number[];
  read(): Tensor;
}

/** A weight that is trained: what the state belongs to. */
interface Trained {
  address: string;
  shape: readonly number[];
}

/** The arrays under `optimizer_weights` of an `.h5` file, in the order of their names. */
export function stateArrays(group: Hdf5Group | undefined): StateArray[] {
  if (group === undefined) return [];
  return (readNames(group, "weight_names") ?? []).flatMap((name) => {
    const dataset = group.dataset(name);
    return dataset ? [{ name, shape: dataset.shape, read: () => dataset.read() }] : [];
  });
}

/**
 * The state of an optimizer as the file keeps it, by slot and weight; undefined where the file has
 * none, or of an optimizer that is not known: a model opens all the same.
 *
 * @param serialized `{ class_name, config }` of the file's compile configuration
 * @param weights of the model, in the order of its layers
 */
export function readOptimizer(
  serialized: unknown,
  arrays: readonly StateArray[],
  weights: readonly LayerWeights[],
  writer: KerasWriter,
): OptimizerState | undefined {
  if (!isObject(serialized) || typeof serialized.class_name !== "string") return undefined;
  const className = serialized.class_name.replace(/^.*>/, "");
  const config = { ...(isObject(serialized.config) ? serialized.config : {}) };
  if (isLegacy(writer)) config.is_legacy_optimizer ??= true;
  const specs = slotsOf(className, config);
  if (specs === undefined) return undefined;
  const trained = weights.flatMap(({ path, specs: own }) =>
    own
      .filter((spec) => spec.trainable)
      .map((spec) => ({ address: `${path}/${spec.name}`, shape: spec.shape })),
  );
  const slots = byName(arrays, trained, specs) ?? byPlace(arrays, trained, specs);
  if (slots === undefined) return undefined;
  return { className, config, iterations: iterationsOf(arrays), slots };
}

/** Up to 2.10 Keras had other optimizers, which put epsilon elsewhere. */
function isLegacy({ major, version }: KerasWriter): boolean {
  const minor = Number.parseInt(version.split(".")[1] ?? "0", 10);
  return major === 1 || (major === 2 && minor < 11);
}

/** The number of steps is the first scalar of whole numbers. */
function iterationsOf(arrays: readonly StateArray[]): number {
  const counter = arrays.find(
    ({ name, shape }) => shape.length === 0 && (name === undefined || /iter/i.test(name)),
  );
  return counter ? Number(counter.read().data[0]) : 0;
}

type Slots = OptimizerState["slots"];

/**
 * By names: `Adam/conv2d/kernel/m:0` (up to 2.10), `Adam/m/conv2d/kernel:0` (2.11 on) or
 * `adam/conv2d_kernel_momentum` (3). Within a slot the order of the weights holds.
 */
function byName(
  arrays: readonly StateArray[],
  trained: readonly Trained[],
  wanted: readonly SlotSpec[],
): Slots | undefined {
  const lists = new Map<string, StateArray[]>(wanted.map(({ name }) => [name, []]));
  for (const array of arrays) lists.get(slotOf(array.name ?? "", wanted) ?? "")?.push(array);
  return fill([...lists], trained);
}

function slotOf(name: string, wanted: readonly SlotSpec[]): string | undefined {
  const parts = name.replace(/:\d+$/, "").split("/");
  for (const word of [parts.at(-1)!, parts[1] ?? ""]) {
    const slot = wanted.find((spec) => spec.name === word || spec.oldName === word);
    if (slot !== undefined) return slot.name;
  }
  const last = parts.at(-1)!;
  const longestFirst = wanted.map((spec) => spec.name).sort((a, b) => b.length - a.length);
  return longestFirst.find((slot) => last.endsWith(`_${slot}`));
}

/** By place: as today's optimizers make them, or, in old Keras, every slot in a block of its own. */
function byPlace(
  arrays: readonly StateArray[],
  trained: readonly Trained[],
  specs: readonly SlotSpec[],
): Slots | undefined {
  const first = arrays.findIndex(({ shape }) => shape.length > 0);
  const state = first < 0 ? [] : arrays.slice(first);
  const blocks = specs.map(({ name }) => [name]);
  for (const groups of [slotGroups(specs), blocks]) {
    let at = 0;
    const lists = groups.flatMap((group) => {
      const part = state.slice(at, (at += group.length * trained.length));
      return group.map((slot, i): [string, StateArray[]] => [
        slot,
        part.filter((_, index) => index % group.length === i),
      ]);
    });
    const slots = fill(lists, trained);
    if (slots) return slots;
  }
  return undefined;
}

/** Gives each slot's arrays to the weights; undefined where numbers or shapes do not fit. */
function fill(
  lists: readonly [string, StateArray[]][],
  trained: readonly Trained[],
): Slots | undefined {
  const fits = lists.every(
    ([, arrays]) =>
      arrays.length === trained.length &&
      arrays.every(({ shape }, i) => sameShape(shape, trained[i]!.shape)),
  );
  if (!fits) return undefined;
  // Copied as objects, so that the elements are read while the file is open.
  return new Map(
    lists.map(([slot, arrays]) => [
      slot,
      new Map(arrays.map((array, i) => [trained[i]!.address, { ...toFloat32(array.read()) }])),
    ]),
  );
}
