import { StriateError } from "../../base/errors.ts";
import { largest } from "../../base/extremes.ts";
import { formatShape } from "../../base/shape.ts";
import { findValue } from "../../model/target/find-value.ts";
import {
  type Network,
  type NetworkLayer,
  type Port,
  channelAxis,
  selectLayers,
} from "../../model/network.ts";
import { field } from "../../base/fields.ts";

/** The layers whose maps a class activation map is made of. */
export const layerField = field.string("last", {
  help: "a layer, conv2d_3 or conv2d_3_pre (before its activation), a list, `conv` for every convolution; the last with maps by default",
});

/** Maps of a layer: a graph value with channels and places. */
export interface CamLayer {
  /** As the user named it: `conv2d_3`, `conv2d_3_pre`. */
  readonly name: string;
  readonly port: Port;
  /** The graph axis of the channels; all others but the batch are places. */
  readonly channels: number;
}

/** Kinds of layers that make maps of their own; a pool or a reshape only passes them on. */
const mapMakers = new Set(["convolution", "activation", "normalization", "merging", "attention"]);

/**
 * The layers that a user means.
 *
 * @throws StriateError where a layer makes no maps, or the network has none that does
 */
export function camLayers(network: Network, wanted: string): CamLayer[] {
  if (wanted === "last") return [lastWithMaps(network)];
  return wanted.split(",").flatMap((part) => {
    const name = part.trim();
    if (!isSelection(name)) {
      const known = network.layers.find(({ address }) => address === name);
      const port = known ? known.outputs[0] : maybeValue(network, name);
      if (port) return [camLayer(network, name, port, known?.config ?? {})];
    }
    const layers = selectLayers(network, name);
    return layers
      .filter((layer) => layers.length === 1 || hasMaps(layer.outputs[0]))
      .map((layer) => camLayer(network, layer.address, layer.outputs[0]!, layer.config));
  });
}

/** Words and globs that stand for several layers. */
const isSelection = (name: string): boolean => /^(conv|all)$|\*/.test(name);

/** A value by its own name, `conv_pre` too; undefined where the name stands for layers only. */
function maybeValue(network: Network, name: string): Port | undefined {
  try {
    return findValue(network, name);
  } catch (error) {
    if (error instanceof StriateError) return undefined;
    throw error;
  }
}

/** Places and channels, and more than one place. */
function hasMaps(port: Port | undefined): boolean {
  if (port === undefined || port.shape.length < 3) return false;
  return port.shape.slice(1).filter((length) => length !== 1).length >= 2;
}

function lastWithMaps(network: Network): CamLayer {
  const { layers } = network;
  const isOutput = ({ outputs: [port] }: NetworkLayer) =>
    network.outputs.some(({ value }) => value === port?.value);
  const every = layers.filter((layer) => hasMaps(layer.outputs[0]));
  // Tokens and what they attend to (ViT) lie nowhere on a picture: layers with the input's own axes go before.
  const axes = largest(network.inputs.map(({ shape }) => shape.length));
  const placed = every.filter(
    ({ kind, className, outputs: [port] }) =>
      mapMakers.has(kind) && className !== "Softmax" && port!.shape.length === axes,
  );
  const withMaps = placed.length > 0 ? placed : every;
  const layer =
    withMaps.findLast((each) => mapMakers.has(each.kind) && !isOutput(each)) ?? withMaps.at(-1);
  if (layer === undefined)
    throw new StriateError(
      `${network.origin.file ?? network.name}: a class activation map needs a layer with maps, and this network has none; ` +
        "use a view of the input's own pixels, such as gradient or occlusion",
    );
  return camLayer(network, layer.address, layer.outputs[0]!, layer.config);
}

function camLayer(
  network: Network,
  name: string,
  port: Port,
  config: NetworkLayer["config"],
): CamLayer {
  if (port.shape.length < 3)
    throw new StriateError(
      `layer "${name}": a class activation map needs a layer with maps, and this one makes ${formatShape(port.shape)}`,
    );
  const axis = channelAxis(port.shape.length, network.layout, config);
  return { name, port, channels: port.order.indexOf(axis) };
}
