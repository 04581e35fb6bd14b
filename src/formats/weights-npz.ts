import type { ByteSource } from "../base/byte-source.ts";
import { StriateError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { type Network, weightToUser } from "../model/network.ts";
import { defineFormat } from "./format.ts";
import type { WeightGroup } from "./keras/weights-h5.ts";
import { weightsNetwork } from "./keras/weights-network.ts";
import { notesOf, trainingOf } from "./losses.ts";
import { readNpz, writeNpz } from "./npz.ts";
import { isZip } from "./zip.ts";

/**
 * Weights alone, as `numpy.savez` and `striate convert` write them: arrays named `conv2d/kernel`. They
 * are shown as weights without a network; an array without a layer in its name is a layer of its own.
 */
export const weightsNpz = defineFormat({
  id: "weights-npz",
  title: "NumPy weights",
  extensions: [],
  // A `.keras` file is a zip as well; what stands in this one first is an array.
  match: ({ bytes }) => isZip(bytes) && firstMember(bytes).endsWith(".npy"),
  async read({ bytes, name, budget }) {
    const groups = new Map<string, WeightGroup["arrays"][number][]>();
    for (const [path, array] of await readNpz(bytes, name, budget)) {
      const [layer, weight] = splitPath(path);
      if (!groups.has(layer)) groups.set(layer, []);
      groups.get(layer)!.push({ name: weight, shape: array.shape, read: (): Tensor => array });
    }
    if (groups.size === 0) throw new StriateError("holds no array");
    const origin = { format: "NumPy npz", dialect: "weights without a network", writer: "" };
    const filled = Array.from(groups, ([layer, arrays]) => ({ name: layer, arrays }));
    return { network: weightsNetwork(filled, origin) };
  },
  writer: {
    answers: [".npz"],
    label: ".npz (weights)",
    runs: false,
    takesWeightsAlone: true,
    loses: (model) => [
      "the layers, only their weights by address",
      ...notesOf(model),
      ...trainingOf(model),
    ],
    write: async ({ network }, name) => [{ path: name, bytes: await weightsOf(network) }],
  },
});

/** Every weight by its address, in the shape that the user's framework gives it. */
function weightsOf({ graph, weights }: Network): Promise<Uint8Array> {
  if (weights.size === 0) throw new StriateError("the network has no weights");
  return writeNpz(
    [...weights].map(
      ([address, weight]) =>
        [address, weightToUser(graph.initializers.get(weight.value)!, weight)] as const,
    ),
  );
}

/** `block/conv2d/kernel` as the layer `block/conv2d` and the weight `kernel`. */
function splitPath(path: string): [layer: string, weight: string] {
  const at = path.lastIndexOf("/");
  return at > 0 ? [path.slice(0, at), path.slice(at + 1)] : [path, "weight"];
}

/** The name of the first file, from the zip's first local header (APPNOTE 4.3.7). */
function firstMember(zip: ByteSource): string {
  const bytes = zip.subarray(0, 30 + 0xffff);
  const length = (bytes[26] ?? 0) | ((bytes[27] ?? 0) << 8);
  return new TextDecoder().decode(bytes.subarray(30, 30 + length));
}
