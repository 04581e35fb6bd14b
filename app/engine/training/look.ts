import type { Image, Model } from "striate";
import { lookAt, seenPhoto } from "../see-input.ts";
import { keptFilters, keptMaps } from "./kept-maps.ts";
import type { EpochLook } from "./news.ts";

/** The most layers that are looked at after every epoch. */
const mostLayers = 5;

/** The layers with kernels whose maps are looked at: the first, the last, and some between them. */
function lookedLayers(model: Model) {
  const all = model.network.layers.filter(
    ({ kind, weights, unavailable }) =>
      kind === "convolution" && weights.length > 0 && !unavailable,
  );
  if (all.length <= mostLayers) return all;
  const step = (all.length - 1) / (mostLayers - 1);
  return Array.from({ length: mostLayers }, (_, i) => all[Math.round(i * step)]!);
}

/** What a network looks like now: its filters, and what it makes of some pictures. */
export async function epochLook(model: Model, inputs: readonly Image[]): Promise<EpochLook> {
  // What was trained comes into the network first.
  await model.settle();
  const layers = lookedLayers(model);
  const addresses = layers.map(({ address }) => address);
  const probes: EpochLook["probes"][number][] = [];
  for (const input of layers.length > 0 ? inputs : []) {
    const { maps, prediction } = seenPhoto(
      await lookAt(model, input, addresses.join(",")),
      addresses,
    );
    probes.push({ maps: maps.map(keptMaps), ...(prediction && { prediction }) });
  }
  return { filters: layers.flatMap((layer) => keptFilters(model, layer) ?? []), probes };
}
