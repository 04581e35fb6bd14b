import { type Image, type Model, StriateError, featureMapsView, receptiveFields } from "striate";
import type { Shown } from "./maps-state.svelte.ts";

/**
 * What some layers make of a photo.
 *
 * @throws StriateError where none of the layers makes maps
 */
export async function seePhoto(model: Model, photo: Image, layers: string): Promise<Shown> {
  const { subject, result } = await model.view(featureMapsView, photo, { layers });
  const { activations, prediction } = result[0]!;
  const maps = activations.filter((made) => made.hasMaps);
  if (maps.length === 0)
    throw new StriateError(
      `${layers}: makes no maps; choose a convolution or a pooling: ${model.layers.map(({ address }) => address).join(", ")}`,
    );
  const fields = receptiveFields(model.network);
  const { photo: upright = photo, place } = subject[0]!;
  return {
    layers: maps.map((made) => ({ maps: made, field: fields.get(made.port.value) })),
    photo: pixelsOf(upright),
    place,
    prediction,
  };
}

function pixelsOf({ width, height, data }: Image): Shown["photo"] {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = data[i * 3 + c]!;
  return { width, height, rgba };
}
