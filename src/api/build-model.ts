import { platform } from "#platform";
import {
  type Block,
  type BuildOptions,
  type BuildTensor,
  applyBlock,
  buildFunctional,
  buildInput,
  buildSequential,
} from "../model/build.ts";
import { lowerShared } from "../model/lowering/lower-shared.ts";
import type { KerasModel } from "../model/model.ts";
import type { SessionOptions } from "../runtime/runtime.ts";
import { modelHost } from "./host.ts";
import { Model } from "./model.ts";

/**
 * A new model in which each layer reads the one before, with freshly drawn weights.
 *
 * @param blocks layers, or whole models; the first layer has an `inputShape`
 * @throws StriateError naming the layer that does not fit behind the one before
 */
export function sequential(
  blocks: readonly (Block | Model)[],
  options: BuildOptions & SessionOptions = {},
): Model {
  return modelOf(buildSequential(blocks.map(plainBlock), options), options);
}

/** A new model of everything that lies between inputs and outputs. */
export function functional(
  ends: Parameters<typeof buildFunctional>[0],
  options: BuildOptions & SessionOptions = {},
): Model {
  return modelOf(buildFunctional(ends, options), options);
}

/** The place where data enters a functional model: `input({ shape: [150, 150, 3] })`. */
export const input = buildInput;

/** What a layer, or a whole model, makes of tensors: `apply(layers.add(), [a, b])`. */
export const apply = (
  block: Block | Model,
  inputs: BuildTensor | readonly BuildTensor[],
): BuildTensor => applyBlock(plainBlock(block), inputs);

function plainBlock(block: Block | Model): Block {
  return block instanceof Model ? block.keras! : block;
}

function modelOf(keras: KerasModel, options: SessionOptions): Model {
  return new Model({ network: lowerShared(keras), keras }, platform.runtime, {
    ...modelHost,
    ...options,
  });
}
