import { counted } from "../base/counted.ts";
import { StriateError } from "../base/errors.ts";
import { knownOptions } from "../base/known-options.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Network } from "../model/network.ts";
import type { PreprocessingChoice } from "../model/photo/photo-input.ts";
import { prepareDecoded } from "../model/photo/prepare-photo.ts";
import { preprocessingNames } from "./model-options.ts";
import { type ModelInput, isImage, isModelInput, isTensor } from "./model-input.ts";
import { wrongArgument } from "./sources.ts";

/**
 * Tensors by input name, from whatever the caller has.
 *
 * @throws StriateError naming the network's inputs where it is no such thing
 */
export function feedsOf(
  network: Network,
  input: ModelInput,
  choice?: PreprocessingChoice,
): Record<string, Tensor> {
  if (!isModelInput(input))
    return wrongArgument(
      network.name,
      'a photo (await readImage("dog.jpg")), a tensor, or tensors by input name',
      input,
    );
  knownOptions("preprocessing", choice, preprocessingNames);
  if (isImage(input)) return { ...prepareDecoded(network, input, choice).feeds };
  if (!isTensor(input) && !Array.isArray(input)) return { ...(input as Record<string, Tensor>) };
  const list = isTensor(input) ? [input] : (input as readonly Tensor[]);
  if (list.length !== network.inputs.length)
    throw new StriateError(
      `${network.name}: the model has ${counted(network.inputs.length, "input")}, got ${list.length}; give one for each, in order or by name: ${network.inputs.map((port) => port.name).join(", ")}`,
    );
  return Object.fromEntries(network.inputs.map((port, i) => [port.name, list[i]!]));
}
