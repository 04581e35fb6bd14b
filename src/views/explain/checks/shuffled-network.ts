import type { Random } from "../../../base/random.ts";
import type { Network, NetworkLayer } from "../../../model/network.ts";

/** Layers that have learned something, from the outputs back to the inputs. */
export function learnedLayers({ layers, weights, graph }: Network): NetworkLayer[] {
  return layers
    .filter((layer) =>
      layer.weights.some((address) => graph.initializers.has(weights.get(address)?.value ?? "")),
    )
    .reverse();
}

/**
 * The network with the weights of some layers in another order, each within its own tensor: what they have
 * learned is gone, while their sizes, spreads and signs are as before. A variance stays above 0.
 */
export function shuffledNetwork(
  network: Network,
  layers: readonly NetworkLayer[],
  random: Random,
): Network {
  const initializers = new Map(network.graph.initializers);
  const names = new Set(
    layers.flatMap(({ weights }) => weights.map((each) => network.weights.get(each)?.value ?? "")),
  );
  for (const name of names) {
    const tensor = initializers.get(name);
    if (tensor === undefined || tensor.type === "string") continue;
    const data = random.shuffle((tensor.data as Float32Array).slice());
    initializers.set(name, { ...tensor, data } as typeof tensor);
  }
  return { ...network, graph: { ...network.graph, initializers } };
}
