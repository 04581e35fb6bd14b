import { StriateError } from "../base/errors.ts";
import { type Tensor, toFloat32 } from "../base/tensor.ts";
import type { OpenedModel, WrittenFile } from "./format.ts";
import { readNpz, writeNpz } from "./npz.ts";
import type { OpenSource } from "./open-source.ts";
import { readTensorFile, writeTensorFile } from "./safetensors.ts";
import { type Network, weightToUser } from "../model/network.ts";
import type { WeightGroup } from "./keras/weights-h5.ts";
import { weightsNetwork } from "./keras/weights-network.ts";

/** Reads the arrays of a `.npz` file. */
export const readWeightsNpz = async ({
  bytes,
  name,
  budget,
}: OpenSource): Promise<OpenedModel> => ({
  network: looseWeights(await readNpz(bytes, name, budget), "NumPy npz"),
});

/** Writes all weights as a `.npz` file. */
export const writeWeightsNpz = async (
  { network }: OpenedModel,
  name: string,
): Promise<WrittenFile[]> => [{ path: name, bytes: await writeNpz(weightsByAddress(network)) }];

/** Reads the arrays of a safetensors file. */
export const readWeightsSafetensors = ({ bytes }: OpenSource): OpenedModel => ({
  network: looseWeights(readTensorFile(bytes.subarray(0)).tensors, "safetensors"),
});

/** Writes all weights as a safetensors file, as real numbers. */
export function writeWeightsSafetensors({ network }: OpenedModel, name: string): WrittenFile[] {
  const tensors = weightsByAddress(network).map(
    ([address, weight]) => [address, toFloat32(weight)] as const,
  );
  const bytes = writeTensorFile({ tensors: new Map(tensors), metadata: { format: "striate" } });
  return [{ path: name, bytes }];
}

/**
 * The network of a file of arrays named `conv2d/kernel` or `conv2d.weight`: weights without layers. An
 * array without a layer in its name is a layer of its own.
 */
function looseWeights(arrays: Iterable<readonly [string, Tensor]>, format: string): Network {
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
function weightsByAddress({ graph, weights }: Network): [address: string, Tensor][] {
  if (weights.size === 0) throw new StriateError("the network has no weights");
  return [...weights].map(([address, weight]) => [
    address,
    weightToUser(graph.initializers.get(weight.value)!, weight),
  ]);
}

/** `block/conv2d/kernel` as the layer `block/conv2d` and the weight `kernel`; PyTorch has dots. */
function splitPath(path: string): [layer: string, weight: string] {
  const at = Math.max(path.lastIndexOf("/"), path.includes("/") ? -1 : path.lastIndexOf("."));
  return at > 0 ? [path.slice(0, at), path.slice(at + 1)] : [path, "weight"];
}
