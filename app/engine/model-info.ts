import {
  type Model,
  type Network,
  type NetworkLayer,
  layerDetail,
  leftOut,
  receptiveFields,
} from "striate";
import { mapBytes, roomForMaps } from "./map-room.ts";
import type { LayerInfo, ModelInfo } from "./protocol.ts";
import { sightOf } from "./sight-of.ts";

/** The most layers that are shown where nobody chose. */
const mostShown = 5;

/** A model in plain data, for the page. */
export function modelInfo(id: number, model: Model, engine: string): ModelInfo {
  const { network } = model;
  const summary = model.describe();
  const fields = receptiveFields(network);
  const layers = network.layers.map((layer, i): LayerInfo => {
    const port = layer.outputs[0];
    const { parameters, multiplyAdds, unavailable } = summary.layers[i]!;
    const sight = sightOf(fields.get(port?.value ?? ""));
    return {
      address: layer.address,
      className: layer.className,
      ...(layer.activation && { activation: layer.activation }),
      shape: port ? shapeWords(port.shape) : "",
      maps: port?.shape.length === 4,
      detail: layerDetail(layer),
      ...{ parameters, multiplyAdds, inbound: layer.inbound },
      ...(sight && sight.length > 0 && layer.kind !== "input" && { sight }),
      ...(unavailable && { unavailable }),
    };
  });
  const { format, dialect, file } = network.origin;
  return {
    id,
    name: network.name,
    file: file ?? network.name,
    format: [format, dialect].filter(Boolean).join(", "),
    parameters: summary.parameters.total,
    layers,
    shown: withinRoom(network, shownLayers(network.layers, layers)),
    notices: leftOut(network),
    ...(takesPhoto(model) ? {} : { noPhoto: noPhotoWords(network) }),
    engine,
  };
}

/** The convolutions, or some of them from the first to the last where there are many. */
function shownLayers(all: readonly NetworkLayer[], infos: readonly LayerInfo[]): string[] {
  const withMaps = infos.filter(({ maps, unavailable }) => maps && !unavailable);
  const convolutions = withMaps.filter(({ className }) => /conv/i.test(className));
  const inputs = new Set(all.filter(({ kind }) => kind === "input").map(({ address }) => address));
  const chosen = convolutions.length > 0 ? convolutions : withMaps;
  const candidates = chosen.filter(({ address }) => !inputs.has(address));
  if (candidates.length <= mostShown) return candidates.map(({ address }) => address);
  const step = (candidates.length - 1) / (mostShown - 1);
  return Array.from({ length: mostShown }, (_, i) => candidates[Math.round(i * step)]!.address);
}

/** Without the largest ones, where they are more than a page holds at once; one stays, and is told about. */
function withinRoom(network: Network, chosen: readonly string[]): string[] {
  let bytes = 0;
  const sizes = chosen.map((address) => ({ address, own: mapBytes(network, address) }));
  const fitting = sizes
    .sort((a, b) => a.own - b.own)
    .filter(({ own }, i) => (bytes += own) <= roomForMaps || i === 0);
  const kept = new Set(fitting.map(({ address }) => address));
  return chosen.filter((address) => kept.has(address));
}

const shapeWords = (shape: readonly (number | string | null)[]): string =>
  shape
    .slice(1)
    .map((length) => (length === null ? "?" : String(length)))
    .join(" × ");

/** Why a photo cannot be given, and what there is to see all the same. */
function noPhotoWords({ inputs, origin, name }: Network): string {
  const taken = inputs.map((input) => `${input.name} (${shapeWords(input.shape) || "one value"})`);
  return `${origin.file ?? name} takes no single picture, but ${taken.join(" and ") || "nothing"}: under Layers is the network, under Ask why what needs no photo.`;
}

function takesPhoto(model: Model): boolean {
  try {
    return model.preprocessing() !== undefined && model.network.inputs.length === 1;
  } catch {
    return false;
  }
}
