import {
  type Affine,
  type Rectangle,
  composeAffine,
  invertAffine,
  movedRectangle,
  scaleAffine,
} from "../../base/affine.ts";
import { invertOrder, permute } from "../../base/shape.ts";
import { type Tensor, reshape } from "../../base/tensor.ts";
import { transposeLater } from "../../base/transpose.ts";
import { type Fit, fittedWindow } from "../../data/pictures/fit.ts";
import {
  type Image,
  type ByteImage,
  orientImage,
  uprightToStored,
} from "../../data/pictures/image.ts";
import {
  type Preprocessing,
  describePreprocessing,
  prepareImage,
} from "../../data/pictures/preprocess.ts";
import { type Network, checkInput } from "../network.ts";
import {
  type PhotoInput,
  type PreprocessingChoice,
  type ScaleSource,
  photoInput,
  preprocessingFor,
} from "./photo-input.ts";

/**
 * Where a network's input lies on the pixels of a photo. All maps take continuous coordinates: pixel `i`
 * reaches from `i` to `i + 1`.
 */
export interface InputPlace {
  /** [height, width] of the input. */
  readonly size: readonly [number, number];
  /** Takes a point of the input to {@link PreparedPhoto.photo}; `invertAffine` gives the way back. */
  readonly toPhoto: Affine;
  /** Takes a point of the input to the pixels as they are stored in the file, before any turn. */
  readonly toFile: Affine;
}

/** A photo, or a tensor in its stead, as a network takes it. */
export interface PreparedPhoto {
  /** The input that it goes into. */
  readonly input: PhotoInput;
  /** By input name, batch of one, in the user's layout: what `RunningNetwork.run` takes. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** What was done, in words: `resized to 150 x 150 (bilinear); x / 255; EXIF orientation applied`. */
  readonly words: string;
  /** The photo at its own size, turned upright where the preparation says so; absent of a tensor. */
  readonly photo?: Image;
  /** Absent of a tensor. */
  readonly place?: InputPlace;
  /** How the photo was prepared, and who says that its values are scaled so; absent of a tensor. */
  readonly how?: Preprocessing;
  readonly scaleFrom?: ScaleSource;
}

/** What a platform does for a photo: decodes a file, unturned, to bytes of red, green and blue. */
export type DecodePhoto<S> = (
  source: S,
  how: Pick<Preprocessing, "resize" | "orient">,
) => Promise<Image>;

/**
 * Prepares a photo for a network, in one place: decides orientation, size and scaling by the caller's
 * choice and what the file says of itself, and keeps where the input lies on the photo.
 *
 * @param source a decoded photo, a tensor that is prepared already (`.npy`), or whatever `decode` takes
 * @param decode of the platform; it gets what was decided, since resize method and decoder go together
 * @throws StriateError naming the model where what it says of its preprocessing has no meaning, and where
 * it takes no photo
 */
export async function preparePhoto<S = never>(
  network: Network,
  source: Image | Tensor | S,
  choice: PreprocessingChoice = {},
  decode?: DecodePhoto<S>,
): Promise<PreparedPhoto> {
  if (isTensor(source)) return prepareTensor(network, source);
  if (isImage(source)) return prepareDecoded(network, source, choice);
  const { how } = preprocessingFor(network, choice);
  if (decode === undefined) throw new TypeError("a photo that is not decoded needs a decoder");
  return prepareDecoded(network, await decode(source, how), choice);
}

/**
 * {@link preparePhoto} for a photo that is decoded. One that was turned already stays so.
 *
 * @param given names of inputs that get something else
 */
export function prepareDecoded(
  network: Network,
  image: Image,
  choice: PreprocessingChoice = {},
  given?: ReadonlySet<string>,
): PreparedPhoto {
  const { how: wanted, input, scaleFrom } = preprocessingFor(network, choice, given);
  const isBytes = image.data instanceof Uint8Array;
  const photo = wanted.orient && isBytes ? orientImage(image as ByteImage) : image;
  const how = { ...wanted, orient: photo.origin.oriented };
  return {
    input,
    feeds: { [input.port.name]: writeInput(photo, how, input) },
    words: describePreprocessing(how, scaleFrom === "default" ? guessed : undefined),
    photo,
    place: placeOf(photo, how.size ?? [photo.height, photo.width], how.fit),
    how,
    scaleFrom,
  };
}

/** The tensor of a photo in the user's layout; its elements lie as the graph takes them, where that is another. */
function writeInput(photo: Image, how: Preprocessing, { port, layout }: PhotoInput): Tensor {
  const { order } = port;
  const inGraph = order.length === 4 ? permute([...layout], order).join("") : layout;
  if (inGraph === layout || (inGraph !== "NHWC" && inGraph !== "NCHW"))
    return prepareImage(photo, how, layout);
  return transposeLater(prepareImage(photo, how, inGraph), invertOrder(order));
}

/** What is said of a scaling that neither the file nor the user names. */
export const guessed = "a guess: the file does not say";

/** A tensor that is prepared already; a batch of one may be left out. */
function prepareTensor(network: Network, tensor: Tensor): PreparedPhoto {
  const input = photoInput(network);
  const { port } = input;
  const isRow = tensor.shape.length === port.shape.length - 1;
  const value = isRow ? reshape(tensor, [1, ...tensor.shape]) : tensor;
  checkInput(value, port);
  return { input, feeds: { [port.name]: value }, words: "a tensor, as it is" };
}

/** Where an input of a size lies on a photo. */
export function placeOf(
  photo: Image,
  size: readonly [number, number],
  fit: Fit = "stretch",
): InputPlace {
  const [height, width] = size;
  const window = fittedWindow(photo, size, fit);
  const stretched = scaleAffine({ width, height }, window);
  const toPhoto = composeAffine(stretched, [1, 0, window.left, 0, 1, window.top]);
  const { storedSize, orientation, oriented } = photo.origin;
  const [storedHeight, storedWidth] = storedSize;
  const isTurned = oriented && orientation >= 5;
  const upright = isTurned
    ? { width: storedHeight, height: storedWidth }
    : { width: storedWidth, height: storedHeight };
  // A photo that was resized when it was read is smaller than what the file holds.
  const toStored = oriented ? uprightToStored(orientation, upright) : undefined;
  const toFull = composeAffine(toPhoto, scaleAffine(photo, upright));
  return { size, toPhoto, toFile: toStored ? composeAffine(toFull, toStored) : toFull };
}

/** The part of the photo that a rectangle of the input covers. */
export const onPhoto = ({ toPhoto }: Pick<InputPlace, "toPhoto">, box: Rectangle): Rectangle =>
  movedRectangle(toPhoto, box);

/** The part of the input that a rectangle of the photo covers. */
export const onInput = ({ toPhoto }: Pick<InputPlace, "toPhoto">, box: Rectangle): Rectangle =>
  movedRectangle(invertAffine(toPhoto), box);

const isTensor = (source: unknown): source is Tensor =>
  typeof source === "object" && source !== null && "type" in source && "shape" in source;
const isImage = (source: unknown): source is Image =>
  typeof source === "object" && source !== null && "width" in source && "origin" in source;
