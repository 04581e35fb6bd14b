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

type Intended = NonNullable<Network["intended"]>[string];

function activationOf(loss: unknown): Intended | undefined {
  // A loss that is one of a list may stand in a list of its own.
  const one: unknown = Array.isArray(loss) && loss.length === 1 ? loss[0] : loss;
  const { class_name: name = one, config } = isObject(one) ? one : {};
  if (typeof name !== "string") return undefined;
  if (!isObject(config) || config.from_logits !== true)
    return /binary|mean_?squared|mean_?absolute|^mse$|^mae$/i.test(name) ? "identity" : undefined;
  if (/^Binary/.test(name)) return "sigmoid";
  return /Categorical/.test(name) ? "softmax" : undefined;
}
