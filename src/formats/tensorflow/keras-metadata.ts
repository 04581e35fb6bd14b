import { isBug } from "../../base/errors.ts";
import { maybeJson } from "../../base/parse-json.ts";
import { isObject } from "../keras/json.ts";
import type { OpenSource } from "../open-source.ts";
import { wireField, wireFields, wireText } from "./wire.ts";

/** What Keras 2 writes beside the graph of a SavedModel. */
const fileName = "keras_metadata.pb";

/**
 * How the model in a SavedModel of Keras 2 was compiled: loss, metrics, optimizer; undefined where it was
 * not, or was saved by something else.
 *
 * @see https://github.com/keras-team/tf-keras/blob/master/tf_keras/protobuf/saved_metadata.proto
 */
export async function readKerasMetadata(
  source: OpenSource,
): Promise<Record<string, unknown> | undefined> {
  try {
    const bytes = await source.sibling(fileName);
    for (const node of wireFields(bytes)) {
      if (node.number !== 1) continue;
      const [path, text] = [3, 5].map((number) => wireField(node.bytes, number));
      if (!path || !text || wireText(path) !== "root") continue;
      const metadata = maybeJson(wireText(text));
      const compiled = isObject(metadata) ? metadata.training_config : undefined;
      return isObject(compiled) ? compiled : undefined;
    }
  } catch (error) {
    // It is not there, or damaged: the network does not need it.
    if (isBug(error)) throw error;
  }
  return undefined;
}
