import { StriateError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { type Network, weightToUser } from "../model/network.ts";
import type { FormatWriter } from "./format.ts";
import type { WeightGroup } from "./keras/weights-h5.ts";
import { weightsNetwork } from "./keras/weights-network.ts";
import { notesOf, trainingOf } from "./losses.ts";

/**
 * The network of a file of arrays named `conv2d/kernel` or `conv2d.weight`: weights without layers. An
 * array without a layer in its name is a layer of its own.
 */
export function looseWeights(arrays: Iterable<readonly [string, Tensor]>, format: string): Network {
  const groups = new Map<string, WeightGroup["arrays"][number][]>();
  for (const [path, array] of arrays) {
    const [layer, weight] = splitPath(path);
    if (!groups.has(layer)) groups.set(layer, []);
    groups.get(layer)!.push({ name: weight, shape: array.shape, read: () => array });
  }
  if (groups.size === 0) throw new StriateError("holds no array");
  const filled = Array.from(groups, ([layer, own]) => ({ name: layer, arrays: own }));
  return weightsNetwork(filled, { format, dialect: "weights without a network", writer: "" });
}

/** Every weight by its address, in the shape that the user's framework gives it. */
export function weightsByAddress({ graph, weights }: Network): [address: string, Tensor][] {
  if (weights.size === 0) throw new StriateError("the network has no weights");
  return [...weights].map(([address, weight]) => [
    address,
    weightToUser(graph.initializers.get(weight.value)!, weight),
  ]);
}

/** What all writers of weights alone have in common. */
export const looseWriter = {
  runs: false,
  takesWeightsAlone: true,
  loses: (model) => [
    "the layers, only their weights by address",
    ...notesOf(model),
    ...trainingOf(model),
  ],
} satisfies Partial<FormatWriter>;

/** `block/conv2d/kernel` as the layer `block/conv2d` and the weight `kernel`; PyTorch has dots. */
function splitPath(path: string): [layer: string, weight: string] {
  const at = Math.max(path.lastIndexOf("/"), path.includes("/") ? -1 : path.lastIndexOf("."));
  return at > 0 ? [path.slice(0, at), path.slice(at + 1)] : [path, "weight"];
}
