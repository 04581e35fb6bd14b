import { type Image, type Model, type Tensor, featureMapsView } from "striate";
import { layerMaps } from "./layer-maps.ts";
import { checkRoom } from "./map-room.ts";
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

/** The maps of some layers, the answer, and where the network's input lies on the photo, for the page. */
export function seenPhoto(
  seen: Awaited<ReturnType<typeof lookAt>>,
  layers: readonly string[] = [],
): SeenPhoto {
  const { activations, prediction } = seen.result[0]!;
  const bytes = activations.reduce((sum, { values }) => sum + 4 * values.length, 0);
  checkRoom(bytes, layers);
  const { preparation, place: lies } = seen.subject[0]!;
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
    preparation,
    ...(lies && { toPhoto: lies.toPhoto, inputSize: lies.size }),
  };
}

/** What a model makes of a tensor. */
export async function seeInput(model: Model, input: Tensor): Promise<SeenPhoto> {
  return seenPhoto(await lookAt(model, input));
}
