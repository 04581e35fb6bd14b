import type { Network } from "../../model/network.ts";
import { isObject } from "./json.ts";

/**
 * What makes probabilities of outputs that a Keras model leaves as logits: said by losses that it was
 * compiled with, `from_logits`. One loss stands for all outputs; else there is one for each, in order or by
 * output name.
 */
export function intendedActivations(
  compile: Readonly<Record<string, unknown>>,
  outputs: Network["outputs"],
): Network["intended"] {
  const { loss } = compile;
  const found = outputs.flatMap(({ name }, i) => {
    const own = Array.isArray(loss)
      ? (loss as unknown[])[outputs.length === 1 ? 0 : i]
      : isObject(loss) && !("class_name" in loss)
        ? loss[name]
        : loss;
    const activation = activationOf(own);
    return activation ? [[name, activation] as const] : [];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

function activationOf(loss: unknown): "sigmoid" | "softmax" | undefined {
  // A loss that is one of a list may stand in a list of its own.
  const one: unknown = Array.isArray(loss) && loss.length === 1 ? loss[0] : loss;
  const { class_name: name, config } = isObject(one) ? one : {};
  if (typeof name !== "string" || !isObject(config) || config.from_logits !== true)
    return undefined;
  if (/^Binary/.test(name)) return "sigmoid";
  return /Categorical/.test(name) ? "softmax" : undefined;
}
