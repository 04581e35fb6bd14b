import { StriateError } from "../base/errors.ts";
import { parseJson } from "../base/parse-json.ts";
import { type Tensor, toFloat32 } from "../base/tensor.ts";
import type { FitRun, TrainingPosition } from "./callbacks/callback.ts";
import { type TensorFile, readTensorFile, writeTensorFile } from "../formats/safetensors.ts";
import type { TrainerState } from "./trainer.ts";

/** A training between two batches: everything that is needed to go on as if it had not stopped. */
export interface Checkpoint {
  state: TrainerState;
  position: TrainingPosition;
  /** Weights that callbacks keep, by place. */
  callbackWeights: Map<number, ReadonlyMap<string, Tensor>>;
  /** What else the training was started with; JSON. */
  about: Record<string, unknown>;
}

const KIND = "striate checkpoint 1";

/** Takes a checkpoint of a running training. */
export async function takeCheckpoint(
  run: FitRun,
  about: Record<string, unknown> = {},
): Promise<Checkpoint> {
  const callbackWeights = new Map<number, ReadonlyMap<string, Tensor>>();
  run.callbacks.forEach((callback, i) => {
    const weights = callback.weights?.();
    if (weights) callbackWeights.set(i, weights);
  });
  return {
    state: await run.trainer.readState(),
    position: run.position(),
    callbackWeights,
    about,
  };
}

/** A checkpoint as the bytes of a file. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { state, position, callbackWeights, about } = checkpoint;
  const tensors: TensorFile["tensors"] = new Map();
  const add = (prefix: string, group: ReadonlyMap<string, Tensor>): void => {
    for (const [address, value] of group) tensors.set(`${prefix}:${address}`, toFloat32(value));
  };
  add("weight", state.weights);
  for (const [slot, group] of state.slots) add(`slot ${slot}`, group);
  for (const [place, group] of callbackWeights) add(`callback ${place}`, group);
  const { iterations, learningRate } = state;
  const text = JSON.stringify({ iterations, learningRate, position, about }, unusualNumbers);
  return writeTensorFile({ tensors, metadata: { kind: KIND, training: text } });
}

/** @throws StriateError when the bytes are no checkpoint, or one that is cut off */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readTensorFile(bytes);
  if (metadata.kind !== KIND) throw new StriateError("is no checkpoint of a training");
  const text = parseJson(
    metadata.training ?? "{}",
    "is damaged: what it says of the training",
    usualNumbers,
  ) as Pick<TrainerState, "iterations" | "learningRate"> & Pick<Checkpoint, "position" | "about">;
  if (typeof text !== "object" || text === null || !Number.isFinite(text.iterations))
    throw new StriateError("is damaged: it does not say how far the training was");
  const groups = new Map<string, Map<string, Tensor>>();
  for (const [name, value] of tensors) {
    const [, prefix, address] = /^(weight|slot [^:]+|callback \d+):(.*)$/.exec(name) ?? [];
    if (prefix === undefined) throw new StriateError(`is damaged: "${name}" belongs nowhere`);
    const group = groups.get(prefix) ?? new Map<string, Tensor>();
    groups.set(prefix, group.set(address!, value));
  }
  const under = (word: string) =>
    [...groups].flatMap(([prefix, group]) =>
      prefix.startsWith(`${word} `) ? [[prefix.slice(word.length + 1), group] as const] : [],
    );
  return {
    state: {
      iterations: text.iterations,
      learningRate: text.learningRate,
      weights: groups.get("weight") ?? new Map<string, Tensor>(),
      slots: new Map(under("slot")),
    },
    position: text.position,
    callbackWeights: new Map(under("callback").map(([place, group]) => [Number(place), group])),
    about: text.about,
  };
}

// JSON has no NaN and no infinity; a loss may be one.
const unusualNumbers = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? { $number: String(value) } : value;
const usualNumbers = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && "$number" in value ? Number(value.$number) : value;
