import { Random } from "../../base/random.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import { type Named, type SnakeCase, Registry, creators } from "../registry.ts";
import { constant, identity, ones, zeros } from "./constant.ts";
import type { InitializerDefinition } from "./define-initializer.ts";
import { orthogonal } from "./orthogonal.ts";
import { randomNormal, randomUniform, truncated } from "./random.ts";
import { stft } from "./stft.ts";
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  varianceScaling,
} from "./variance-scaling.ts";

/** Every initializer that striate knows. A new one is one more line here. */
const all = {
  zeros,
  ones,
  constant,
  identity,
  randomUniform,
  randomNormal,
  truncatedNormal: truncated,
  varianceScaling,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
  orthogonal,
  stft,
};

const registry = new Registry<InitializerDefinition>("initializer", all);

/** Initializers by name, as in `kernelInitializer: initializers.heNormal()`. */
export const initializers = creators(all);

/** What stands for an initializer: its name in Keras, or `initializers.heNormal({ seed: 1 })`. */
export type InitializerOption = Named<SnakeCase<keyof typeof initializers>>;

/** @throws StriateError with the nearest names where an initializer is not known */
export const parseInitializer = (identifier: unknown) => registry.parse(identifier);

export const registerInitializer = (definition: InitializerDefinition): void =>
  registry.add(definition);

/**
 * A new weight.
 * @param identifier the serialized Keras initializer, or its name
 * @param shape of the weight in Keras' own layout: the fans are read from it
 * @param random used unless the initializer has a seed of its own
 */
export function initialize(
  identifier: unknown,
  shape: readonly number[],
  random: Random,
): Tensor<"float32"> {
  const { definition, config } = parseInitializer(identifier);
  const own = typeof config.seed === "number" ? new Random(config.seed) : random;
  return float32(shape, definition.fill(config, shape, own));
}
