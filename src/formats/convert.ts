import { StriateError } from "../base/errors.ts";
import { type Network, weightToUser } from "../model/network.ts";
import type { OpenedModel, WrittenFile } from "./format.ts";
import { formats } from "./index.ts";
import { kerasOf } from "./keras/own-notes.ts";
import { modelConfig } from "./keras/write-model.ts";
import { writeNpz } from "./npz.ts";
import { tfjs } from "./tfjs.ts";

/**
 * Writes a model as another kind of file, which the ending of the name stands for: `.onnx`, `.h5`,
 * `.keras`; `model.json` is a TF.js model, any other `.json` the architecture alone, and `.npz` the
 * weights alone.
 *
 * @param name without a folder
 * @returns the files, the first of which has the given name
 * @throws StriateError that says what the kind of file cannot hold
 */
export async function convertModel(model: OpenedModel, name: string): Promise<WrittenFile[]> {
  const ending = /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? "";
  if (name === "model.json") return tfjs.write!(model, name);
  if (ending === ".json") return [{ path: name, bytes: architecture(model) }];
  if (ending === ".npz") return [{ path: name, bytes: await weightsOf(model.network) }];
  const format = formats.find(({ extensions, write }) => write && extensions.includes(ending));
  if (format) return format.write!(model, name);
  throw new StriateError(`${name}: is of no kind that can be written; use ${targets.join(", ")}`);
}

/** What {@link convertModel} writes. */
export const targets = [
  ...formats.flatMap(({ id, extensions, write }) => (write && id !== "tfjs" ? extensions : [])),
  "model.json (TF.js)",
  ".json (architecture)",
  ".npz (weights)",
];

/** The layers without their weights, as `model.to_json()` of Keras 2 gives them and Keras 3 reads them. */
function architecture(model: OpenedModel): Uint8Array {
  const config = modelConfig(kerasOf(model, "a .json file of an architecture"), 2);
  const json = { ...config, keras_version: "2.15.0", backend: "tensorflow" };
  return new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`);
}

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
