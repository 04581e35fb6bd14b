import {
  type Image,
  type Model,
  StriateError,
  featureMapsView,
  loadModel,
  readImage,
  receptiveFields,
} from "striate";
import { layerMaps } from "../engine/layer-maps.ts";
import { rgbaOf } from "../engine/rgba.ts";
import { sightOf } from "../engine/sight-of.ts";
import type { Asked, Shown } from "./shown.ts";

/** Looks at photos with one network at a time, which stays open while nothing else is asked for. */
export class Seer {
  #model: { readonly address: string; readonly opened: Promise<Model> } | undefined;

  /**
   * What some layers make of a photo.
   *
   * @param tell what is being done, in words
   * @throws StriateError where a file cannot be read, or none of the layers makes maps
   */
  async see({ model: address, photo, layers }: Asked, tell: (doing: string) => void) {
    tell("opening the network");
    const model = await this.#open(address);
    tell("looking at the photo");
    return shownOf(model, await readImage(photo), layers);
  }

  async #open(address: string): Promise<Model> {
    if (this.#model?.address !== address) {
      this.close();
      this.#model = { address, opened: loadModel(address) };
    }
    const { opened } = this.#model!;
    try {
      return await opened;
    } catch (error) {
      if (this.#model?.opened === opened) this.#model = undefined;
      throw error;
    }
  }

  close(): void {
    const left = this.#model;
    this.#model = undefined;
    void left?.opened.then((model) => model.dispose()).catch(() => undefined);
  }
}

async function shownOf(model: Model, photo: Image, layers: string): Promise<Shown> {
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
    layers: maps.map((made) => {
      const sight = sightOf(fields.get(made.port.value));
      return { maps: layerMaps(made), ...(sight && { sight }) };
    }),
    photo: { width: upright.width, height: upright.height, rgba: rgbaOf(upright) },
    ...(place && { toPhoto: place.toPhoto, inputSize: place.size }),
    ...(prediction && { prediction }),
  };
}
