import { StriateError } from "../../base/errors.ts";
import type { ForwardPart } from "../../model/gradients/gradient-query.ts";
import { findHead } from "../../model/head/head.ts";
import { type Network, type NetworkLayer, channelAxis, selectLayers } from "../../model/network.ts";

/** The layer whose values stand for a photo. */
export interface EmbeddingLayer {
  readonly address: string;
  readonly value: string;
  /** The graph axis of the channels; over all others but the batch the mean is taken. */
  readonly axis: number;
  readonly width: number;
}

/**
 * The layer by its address; `last` is the one that the classifier's last layer reads: the last that says more of a
 * photo than its class.
 *
 * @throws StriateError where there is none, or its length is not known
 */
export function embeddingLayer(network: Network, wanted: string): EmbeddingLayer {
  const chosen = wanted === "last" ? lastBeforeHead(network) : selectLayers(network, wanted);
  const [layer] = chosen;
  if (layer === undefined || chosen.length > 1)
    throw new StriateError(
      `"${wanted}": names ${chosen.length} layers; give one, as striate inspect lists them`,
    );
  const port = layer.outputs[0]!;
  const user = channelAxis(port.shape.length, network.layout, layer.config);
  const width = port.shape[user];
  if (typeof width !== "number" || port.order[0] !== 0)
    throw new StriateError(
      `layer "${layer.address}": how many numbers it gives is not known; give another --layer`,
    );
  return { address: layer.address, value: port.value, axis: port.order.indexOf(user), width };
}

function lastBeforeHead(network: Network): NetworkLayer[] {
  const head = findHead(network);
  const makers = network.layers.filter(
    ({ kind, outputs }) => (kind === "dense" || kind === "convolution") && outputs.length > 0,
  );
  const last = makers.findLast(
    ({ outputs, preActivation }) =>
      outputs[0]!.value === head?.port.value ||
      outputs[0]!.value === head?.logits ||
      preActivation?.value === head?.logits,
  );
  const read = last?.reads[0];
  const before = network.layers.findLast(({ outputs }) => outputs[0]?.value === read);
  if (before && before.kind !== "input") return [before];
  const withMaps = network.layers.findLast(
    ({ kind, outputs }) => kind === "convolution" && outputs.length > 0,
  );
  return withMaps ? [withMaps] : makers.slice(-1);
}

/** The mean over all places of each channel, `(N, width)`. */
export const channelMeans = ({ value, axis, width }: EmbeddingLayer): ForwardPart => ({
  name: `means of ${value} over all but ${axis}`,
  write({ b, values, shape }) {
    const lengths = shape(values[0]!);
    const others = [...lengths.keys()].filter((each) => each !== 0 && each !== axis);
    const means =
      others.length === 0
        ? values[0]!
        : b.op("ReduceMean", [values[0]!, b.i64(others)], { keepdims: 0 });
    return [b.op("Reshape", [means, b.i64([lengths[0]!, width])])];
  },
});
