import { type AbortSignalLike, throwIfAborted } from "../base/abort.ts";
import { type OptionNames, knownOptions } from "../base/known-options.ts";
import { type LayerActivation, computeActivations } from "../views/activations.ts";
import type { PreprocessingChoice } from "../model/photo/photo-input.ts";
import type { ModelInput } from "./model-input.ts";
import type { Model } from "./model.ts";

export interface ActivationsOptions {
  /** An address, a unique prefix, a glob, or a list of these; `conv` (the default), `all`. */
  layers?: string;
  /** How a photo is prepared, where it is not to be as the model says. */
  preprocessing?: PreprocessingChoice;
  /** Asks to stop; the promise then rejects with the signal's reason. */
  signal?: AbortSignalLike;
}

const names: OptionNames<ActivationsOptions> = { layers: true, preprocessing: true, signal: true };

/**
 * What chosen layers make of a photo or a tensor. Each result can be handed to `drawFeatureMaps`.
 *
 * @throws StriateError naming the nearest layers when the pattern fits none
 */
export async function activations(
  model: Model,
  input: ModelInput,
  options: ActivationsOptions = {},
): Promise<LayerActivation[]> {
  knownOptions("activations", options, names);
  const { signal } = options;
  throwIfAborted(signal);
  await model.settle();
  const feeds = model.feeds(input, options.preprocessing);
  const goesOn = () => throwIfAborted(signal);
  return (await computeActivations(model.running, feeds, options.layers, undefined, goesOn))
    .activations;
}
