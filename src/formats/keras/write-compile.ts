import type { OptimizerState } from "../../model/optimizer-state.ts";
import { type Json, isObject, without } from "./json.ts";

/**
 * `training_config` of an `.h5` file: loss, metrics and optimizer; undefined where nothing is known.
 *
 * @param compile what the model was compiled with, as any Keras or striate itself says it
 */
export function trainingConfig(
  compile: Json | undefined,
  state: OptimizerState | undefined,
): Json | undefined {
  const optimizer = optimizerConfig(compile, state);
  if (optimizer === undefined) return undefined;
  return {
    weighted_metrics: null,
    loss_weights: null,
    ...without(compile ?? {}, "optimizer", "optimizer_config", "loss", "metrics"),
    loss: plainObject(compile?.loss ?? null),
    metrics: plainMetrics(compile?.metrics),
    optimizer_config: { ...optimizer, config: plainSettings(optimizer.config) },
  };
}

/**
 * An optimizer's settings as the optimizers of old in Keras 2 and those of Keras 3 both take them:
 * either refuses the words that are the other's alone. `is_legacy_optimizer` is such a word: without it
 * tf_keras takes its optimizers of old, which `stateForH5` writes for; with it Keras 3 opens no file.
 */
function plainSettings(config: Json): Json {
  return Object.fromEntries(
    Object.entries(config).filter(
      ([key, value]) =>
        settings.has(key) || (modernSettings.has(key) && value !== null && value !== false),
    ),
  );
}

/** Settings that every Keras knows. */
const settings = new Set([
  "name",
  "learning_rate",
  "momentum",
  "nesterov",
  "rho",
  "epsilon",
  "centered",
  "beta_1",
  "beta_2",
  "amsgrad",
  "initial_accumulator_value",
]);

/** Settings that have to be floats, 1.0 rather than 1. */
export const floatSettings: ReadonlySet<string> = new Set(
  [...settings].filter((key) => !["name", "nesterov", "centered", "amsgrad"].includes(key)),
);

/** Settings that only some know; they are left out where they say nothing. */
const modernSettings = new Set([
  "weight_decay",
  "use_ema",
  "clipnorm",
  "global_clipnorm",
  "clipvalue",
  "gradient_accumulation_steps",
]);

/** `compile_config` of a `.keras` file, where objects have their module beside them. */
export function compileConfig(
  compile: Json | undefined,
  state: OptimizerState | undefined,
): Json | undefined {
  const optimizer = optimizerConfig(compile, state);
  if (optimizer === undefined) return undefined;
  const { loss = null, loss_weights = null, metrics, weighted_metrics } = compile ?? {};
  return {
    optimizer: {
      module: "keras.optimizers",
      class_name: optimizer.class_name,
      config: plainSettings(optimizer.config),
      registered_name: null,
    },
    loss: withModule(plainObject(loss), "keras.losses"),
    loss_weights,
    metrics: withModule(plainMetrics(metrics), "keras.metrics"),
    weighted_metrics: withModule(plainMetrics(weighted_metrics), "keras.metrics"),
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

interface Serialized {
  class_name: string;
  config: Json;
}

/** The optimizer without module and prefix; `lr` is `learning_rate` today. */
function optimizerConfig(
  compile: Json | undefined,
  state: OptimizerState | undefined,
): Serialized | undefined {
  const found: unknown = state
    ? { class_name: state.className, config: state.config }
    : (compile?.optimizer ?? compile?.optimizer_config);
  if (!isObject(found) || typeof found.class_name !== "string") return undefined;
  const { lr, ...config } = isObject(found.config) ? found.config : {};
  return {
    class_name: found.class_name.replace(/^.*>/, ""),
    config: lr === undefined ? config : { learning_rate: lr, ...config },
  };
}

/** Puts the module beside every serialized object. */
function withModule(value: unknown, module: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withModule(item, module));
  if (!isObject(value)) return value;
  if (isSerialized(value))
    return { module, class_name: value.class_name, config: value.config, registered_name: null };
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withModule(inner, module)]),
  );
}

const isSerialized = (value: Json): boolean =>
  typeof value.class_name === "string" && isObject(value.config);

/** Short names of losses and metrics: Keras 3 does not find them in an `.h5` file. */
const longNames: Readonly<Record<string, string>> = {
  mse: "mean_squared_error",
  mae: "mean_absolute_error",
  mape: "mean_absolute_percentage_error",
  msle: "mean_squared_logarithmic_error",
};

/** A loss or metric in words that every Keras takes, at any depth. */
function plainObject(value: unknown): unknown {
  if (typeof value === "string") return longNames[value.toLowerCase()] ?? value;
  if (Array.isArray(value)) return value.map(plainObject);
  if (!isObject(value)) return value;
  if (!isSerialized(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, plainObject(inner)]),
    );
  const config = without(value.config as Json, "fn");
  return {
    class_name: value.class_name,
    config: config.reduction === "auto" ? without(config, "reduction") : config,
  };
}

/** Metrics as a list. Keras 2 wraps those that are functions (`accuracy`); their name is enough. */
function plainMetrics(metrics: unknown): unknown {
  if (metrics === null || metrics === undefined) return null;
  const unwrap = (metric: unknown): unknown => {
    if (Array.isArray(metric)) return metric.map(unwrap);
    const isWrapper = isObject(metric) && metric.class_name === "MeanMetricWrapper";
    const config = isWrapper && isObject(metric.config) ? metric.config : {};
    return plainObject(isWrapper ? (config.name ?? config.fn) : metric);
  };
  const list = unwrap(metrics);
  if (!Array.isArray(list)) return isObject(list) && !isSerialized(list) ? list : [list];
  // A list for each output; for a single output the inner one.
  return list.length === 1 && Array.isArray(list[0]) ? (list[0] as unknown) : list;
}
