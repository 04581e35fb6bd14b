import { StriateError, messageOf, named, naming } from "../base/errors.ts";
import { layerOfNode } from "../model/facts/layer-nodes.ts";
import type { Network } from "../model/network.ts";
import { inferShapes } from "../ops/infer/infer-shapes.ts";
import { describeBytes } from "./describe-bytes.ts";
import type { ModelSource, OpenedModel, ReadModelOptions } from "./format.ts";
import { formats } from "./index.ts";

/**
 * Reads a model from bytes, whatever its format: the content decides, not the name.
 *
 * @throws StriateError in one sentence that names the file: it is no model, damaged, or has a part that
 * cannot be run
 */
export function readModel(
  source: ModelSource,
  options: ReadModelOptions = {},
): Promise<OpenedModel> {
  return naming(source.name, async () => {
    const format = formats.find((candidate) => candidate.match(source));
    if (format) {
      const opened = await format.read(source, options);
      // What does not fit together is found here, where the file has a name.
      checkShapes(opened.network);
      return opened;
    }
    const titles = formats.map(({ title }) => title).join(", ");
    const words =
      describeBytes(source.bytes.subarray(0, 1024)) ??
      `is no kind of model that is known (${titles})`;
    throw new StriateError(words);
  });
}

/** Infers the shapes of a network's graph; what contradicts itself is said of its layer. */
function checkShapes(network: Network): void {
  const { graph } = network;
  try {
    inferShapes(graph);
  } catch (error) {
    const stuck = graph.nodes.find(({ outputs }) =>
      outputs.some((name) => name !== "" && !graph.values.has(name)),
    );
    const layer = stuck && layerOfNode(network, stuck);
    // A node of a graph is its own layer.
    if (layer === undefined || messageOf(error).includes(`"${layer.address}"`)) throw error;
    throw named(`${layer.className} "${layer.address}"`, error);
  }
}
