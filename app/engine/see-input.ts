import { type Image, type Model, type Tensor, featureMapsView, preparePhoto } from "striate";
import { layerMaps } from "./layer-maps.ts";
import type { SeenPhoto } from "./protocol.ts";

/** The most classes that are told. */
const mostScores = 20;

/** What a model makes of a photo or a tensor, as the library says it. */
export async function lookAt(
  model: Model,
  input: Image | Tensor,
  layers = "conv",
  signal?: AbortSignal,
) {
  return model.view(featureMapsView, input, { layers }, signal && { signal });
}

/** The maps of some layers and the answer, for the page. */
export function seenPhoto(
  seen: Awaited<ReturnType<typeof lookAt>>,
  layers: readonly string[] = [],
): Omit<SeenPhoto, "preparation"> {
  const { activations, prediction } = seen.result[0]!;
  const order = new Map(layers.map((address, i) => [address, i]));
  const place = (address: string) => order.get(address) ?? order.size;
  return {
    maps: activations.map(layerMaps).sort((a, b) => place(a.address) - place(b.address)),
    ...(prediction && {
      prediction: {
        probabilities: prediction.probabilities,
        scores: prediction.scores.slice(0, mostScores),
        count: prediction.scores.length,
      },
    }),
  };
}

/** What a model makes of a tensor. */
export async function seeInput(model: Model, input: Tensor): Promise<SeenPhoto> {
  return { ...seenPhoto(await lookAt(model, input)), preparation: "" };
}

/** Where a network's input lies on a photo, and what was done to it. */
export async function placeOf(
  model: Model,
  image: Image,
): Promise<Pick<SeenPhoto, "preparation" | "toPhoto" | "inputSize">> {
  const { words, place } = await preparePhoto(model.network, image);
  return { preparation: words, ...(place && { toPhoto: place.toPhoto, inputSize: place.size }) };
}
