import { namingSync } from "../../base/errors.ts";
import { checkedLength } from "../../base/checked-length.ts";
import { sizeOf } from "../../base/shape.ts";
import { Random } from "../../base/random.ts";
import { type Tensor, castTo, float32 } from "../../base/tensor.ts";
import type { Image } from "../../data/pictures/image.ts";
import { prepareImage } from "../../data/pictures/preprocess.ts";
import type { Network, Port } from "../network.ts";
import { type PreprocessingChoice, photoInput, preprocessingFor } from "./photo-input.ts";

/** Pixels a side of a photo whose size the network leaves open, and the length of other free axes. */
const freePhoto = 128;
const freeLength = 16;

/**
 * Random inputs for a network, for checks that need numbers and no photo: pixels in 0..255, prepared as
 * a photo is, where the network takes one; else normal numbers, and small whole ones where it takes
 * whole numbers. The same seed gives the same input.
 *
 * @param choice among others the size of a photo, where the network leaves it open
 * @returns tensors by input name, in the user's layout, with a batch of one
 */
export function noiseFeeds(
  network: Network,
  seed = 0,
  choice: PreprocessingChoice = {},
): Record<string, Tensor> {
  return namingSync(network.origin.file ?? network.name, () => feeds(network, seed, choice));
}

function feeds(
  network: Network,
  seed: number,
  choice: PreprocessingChoice,
): Record<string, Tensor> {
  const random = new Random(seed);
  if (takesPhoto(network)) {
    const { how, input } = preprocessingFor(network, choice);
    const [height, width] = how.size ?? [freePhoto, freePhoto];
    return {
      [input.port.name]: prepareImage(noiseImage(height, width, random), how, input.layout),
    };
  }
  return Object.fromEntries(network.inputs.map((port) => [port.name, noiseTensor(port, random)]));
}

function takesPhoto(network: Network): boolean {
  try {
    return photoInput(network).port.type !== "string";
  } catch {
    return false;
  }
}

/** A picture of random bytes. */
export function noiseImage(height: number, width: number, random: Random): Image {
  const data = Uint8Array.from(
    { length: checkedLength(height * width * 3, "bytes of a picture", 2 ** 29) },
    () => random.integer(256),
  );
  return {
    width,
    height,
    data,
    origin: {
      name: "noise",
      format: "PNG",
      storedSize: [height, width],
      orientation: 1,
      oriented: true,
      steps: [],
    },
  };
}

function noiseTensor({ shape, type }: Port, random: Random): Tensor {
  const lengths = shape.map((length, axis) =>
    typeof length === "number" ? length : axis === 0 ? 1 : freeLength,
  );
  const whole = !/float/.test(type);
  const values = Float32Array.from(
    { length: checkedLength(sizeOf(lengths), "elements of an input", 2 ** 29) },
    () => (whole ? random.integer(type === "bool" ? 2 : 10) : random.normal()),
  );
  return type === "string" ? float32(lengths, values) : castTo(float32(lengths, values), type);
}
