import type { StateArray } from "../keras/read-optimizer.ts";
import { type Json, isObject } from "../keras/json.ts";
import type { NamedArray } from "./weights-manifest.ts";

/** How a TF.js layers model was compiled, and what its optimizer keeps. */
interface TfjsTraining {
  readonly compile: unknown;
  readonly state: readonly StateArray[];
}

/**
 * What a layers model says of its training: `training_config` in the topology, as Keras has it, where Keras, the
 * converter or striate wrote it; else `trainingConfig` beside the topology, where TF.js did. Its optimizer goes by
 * names of TF.js there, and its state lies among the weights.
 *
 * Source: tfjs-layers/src/engine/training.ts (`getTrainingConfig`), tfjs-core/src/optimizers
 */
export function tfjsTraining(
  model: Json,
  topology: Json,
  arrays: readonly NamedArray[],
): TfjsTraining {
  const own = model.trainingConfig;
  if (isObject(topology.training_config) || !isObject(own))
    return { compile: topology.training_config, state: [] };
  const optimizer = isObject(own.optimizer_config) ? own.optimizer_config : {};
  const spoken = otherwise[String(optimizer.class_name)] ?? {};
  const { className = optimizer.class_name, words = {}, keepsState = true } = spoken;
  const config = Object.entries(isObject(optimizer.config) ? optimizer.config : {}).map(
    ([key, value]) => [words[key] ?? snakeCase(key), value] as const,
  );
  return {
    compile: {
      ...own,
      optimizer_config: { class_name: className, config: Object.fromEntries(config) },
    },
    state: keepsState
      ? arrays.map(({ name, value }) => ({ name, shape: value.shape, read: () => value }))
      : [],
  };
}

/** What is otherwise in an optimizer of TF.js than in Keras. */
interface Otherwise {
  readonly className?: string;
  readonly words?: Readonly<Record<string, string>>;
  /** Whether its state is that of Keras; true by default. */
  readonly keepsState?: boolean;
}

const otherwise: Readonly<Record<string, Otherwise>> = {
  RMSProp: { className: "RMSprop", words: { decay: "rho" } },
  // Keras' momentum has the learning rate in it.
  Momentum: { className: "SGD", words: { useNesterov: "nesterov" }, keepsState: false },
};

/** `learning_rate` of `learningRate`, `beta_1` of `beta1`. */
const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/(?<=[a-z])\d/, "_$&");
