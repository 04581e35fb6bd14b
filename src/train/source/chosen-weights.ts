import { StriateError } from "../../base/errors.ts";
import { globToRegExp } from "../../base/names.ts";
import { headWeights } from "../../model/head/feature-value.ts";
import { type Network, selectLayers } from "../../model/network.ts";

/**
 * The addresses of the weights that a training is to change.
 *
 * @param pattern `all`; `head`: the layers behind the last pooled or flattened value; layers, as
 * `selectLayers` takes them: an address, a glob, `conv`; a glob of names that the file has for its weights
 * (`layer4.*` of a network of PyTorch's); or a list of these, with commas
 * @throws StriateError naming the nearest layers where the pattern names none, or none with weights
 */
export function chosenWeights(network: Network, pattern: string): Set<string> {
  const addresses = new Set(network.layers.map(({ address }) => address));
  const parts = addresses.has(pattern) ? [pattern] : pattern.split(",").map((part) => part.trim());
  const chosen = new Set(parts.flatMap((part) => namedBy(network, part, addresses)));
  if (chosen.size > 0) return chosen;
  const able = network.layers.filter(({ weights }) => weights.length > 0).slice(-6);
  throw new StriateError(
    `${network.origin.file ?? network.name}: "${pattern}" names no layer with weights to train; these have some: ` +
      able.map(({ address }) => address).join(", "),
  );
}

function namedBy(network: Network, part: string, addresses: ReadonlySet<string>): string[] {
  if (part === "head" && !addresses.has("head")) return headWeights(network);
  if (part === "all") return [...network.weights.keys()];
  const names = globToRegExp(part);
  const own = [...network.weights].filter(([, { value }]) => names.test(value));
  return own.length > 0
    ? own.map(([address]) => address)
    : selectLayers(network, part).flatMap(({ weights }) => weights);
}
