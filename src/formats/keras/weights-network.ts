import type { Tensor } from "../../base/tensor.ts";
import { toFloat32 } from "../../base/tensor.ts";
import { permute } from "../../base/shape.ts";
import { emptyGraph } from "../../graph/graph.ts";
import type { LayerKind } from "../../layers/define-layer.ts";
import type { Network, NetworkLayer, Origin } from "../../model/network.ts";
import type { WeightGroup } from "./weights-h5.ts";
import { weightToGraph } from "../../model/network.ts";

/**
 * The network of a file that has weights and no architecture: layers with their weights, and nothing
 * that could be run. It has no inputs and no outputs; its filters can be seen all the same.
 */
export function weightsNetwork(groups: readonly WeightGroup[], origin: Origin): Network {
  const network: Network = {
    name: "weights",
    graph: emptyGraph("weights"),
    inputs: [],
    outputs: [],
    layout: "NHWC",
    layers: [],
    weights: new Map(),
    random: [],
    updates: new Map(),
    origin,
  };
  for (const group of groups) {
    if (group.arrays.length === 0) continue;
    const names = shortNames(group);
    const weights = group.arrays.map((array, i) => {
      const address = `${group.name}/${names[i]!}`;
      addWeight(network, address, array.read());
      return address;
    });
    network.layers.push(layerOf(group.name, weights, network));
  }
  return network;
}

/** Names of the weights within their group: `conv2d/kernel:0` in the group `conv2d` is `kernel`. */
function shortNames({ name: group, arrays }: WeightGroup): string[] {
  const short = arrays.map(({ name }) => {
    const last = name.replace(/:\d+$/, "").split("/").at(-1)!;
    return last.startsWith(`${group}_`) ? last.slice(group.length + 1) : last;
  });
  const unique = new Set(short).size === short.length;
  return unique ? short : arrays.map(({ name }) => name.replace(/:\d+$/, ""));
}

function addWeight(network: Network, address: string, array: Tensor): void {
  const value = toFloat32(array);
  const rank = value.shape.length;
  // A kernel (...space, in, out) lies in the graph as (out, in, ...space).
  const axes = value.shape.map((_, axis) => axis);
  const order = rank > 2 ? [rank - 1, rank - 2, ...axes.slice(0, -2)] : axes;
  const weight = {
    value: address,
    shape: value.shape,
    order,
    graphShape: permute(value.shape, order),
    trainable: true,
  };
  network.weights.set(address, weight);
  network.graph.initializers.set(address, weightToGraph(value, weight));
}

function layerOf(address: string, weights: string[], network: Network): NetworkLayer {
  const shapes = weights.map((weight) => network.weights.get(weight)!.shape);
  const kinds: Readonly<Record<number, LayerKind>> = {
    2: "dense",
    3: "convolution",
    4: "convolution",
    5: "convolution",
  };
  const count = shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return {
    address,
    className: "Weights",
    kind: kinds[shapes[0]?.length ?? 0] ?? "other",
    inbound: [],
    reads: [],
    outputs: [],
    weights,
    parameters: { trainable: count, fixed: 0 },
    config: {},
  };
}
