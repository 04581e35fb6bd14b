import { lazyTensor } from "../base/lazy-tensor.ts";
import { type Tensor, toFloat32 } from "../base/tensor.ts";
import type { KerasModel, Layer } from "../model/model.ts";
import { type Network, type NetworkWeight, weightToUser } from "../model/network.ts";

/** Weights of a network in the graph's layout, by address. */
export function networkWeights(
  network: Network,
  addresses: Iterable<string> = network.weights.keys(),
): Map<string, Tensor> {
  return new Map(
    [...addresses].map((address) => [
      address,
      network.graph.initializers.get(network.weights.get(address)!.value)!,
    ]),
  );
}

/** Gives a network other weights, in the graph's layout. Sessions that were opened keep the old ones. */
export function setNetworkWeights(network: Network, weights: ReadonlyMap<string, Tensor>): void {
  for (const [address, value] of weights) {
    const known = network.weights.get(address);
    if (known) network.graph.initializers.set(known.value, { ...value, shape: known.graphShape });
  }
}

/**
 * Gives the layers of a Keras model other weights; they come in the graph's layout, and are turned when
 * somebody looks.
 */
export function setModelWeights(
  model: KerasModel,
  weights: ReadonlyMap<string, Tensor>,
  layouts: ReadonlyMap<string, NetworkWeight>,
): void {
  for (const { address, layer, name } of weightsOf(model)) {
    const value = weights.get(address);
    if (value === undefined) continue;
    const layout = layouts.get(address)!;
    const turn = () => toFloat32(weightToUser(value, layout)).data;
    layer.weights.set(name, lazyTensor("float32", layout.shape, turn));
  }
}

/** Every weight of a model, nested ones too, with its address. */
function* weightsOf(
  model: KerasModel,
  path = "",
): Generator<{ address: string; layer: Layer; name: string }> {
  for (const layer of model.layers) {
    for (const name of layer.weights.keys())
      yield { address: `${path}${layer.name}/${name}`, layer, name };
    if (layer.model) yield* weightsOf(layer.model, `${path}${layer.name}/`);
  }
}
