import { StriateError } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import { type Fit, cutWindow, fits, fittedWindow, parseFit } from "./fit.ts";
import { type Image, lumaOf } from "./image.ts";
import {
  type ResizeMethod,
  parseResizeMethod,
  resizeBilinear,
  resizeMethods,
  resizeNearest,
} from "./resize.ts";
import { type Scale, parseScale } from "./scale.ts";

/**
 * How a photo becomes a network's input: plain data, kept in model files and beside every picture.
 */
export interface Preprocessing {
  /** [height, width] of the network's input; absent: the photo's own. */
  readonly size?: readonly [number, number];
  readonly resize: ResizeMethod;
  /** How a photo of another shape comes into it; stretched where nothing is said. */
  readonly fit?: Fit;
  /** A scaling in the words of `--scale`: `1/255`. */
  readonly scale: string;
  /** Whether the photo is turned by its EXIF orientation when it is read (Keras does not). */
  readonly orient: boolean;
  /** 3 for red, green, blue; 1 for a grey input, which gets the luma. */
  readonly channels: 1 | 3;
}

/** What a Keras model without scaling of its own was most likely trained with. */
export const defaultPreprocessing: Preprocessing = {
  resize: "bilinear",
  scale: "1/255",
  orient: true,
  channels: 3,
};

/**
 * Checks a record that was stored in a file; what it leaves out is left out. Null stands for nothing.
 *
 * @throws StriateError (without the file's name) when a field has no meaning
 */
export function parsePreprocessing(
  stored: Readonly<Record<string, unknown>>,
): Partial<Preprocessing> {
  const { size, resize, fit, scale, orient, channels } = Object.fromEntries(
    Object.entries(stored).filter(([, value]) => value !== null),
  );
  const wrong = (field: string, expected: string) =>
    new StriateError(
      `preprocessing: "${field}" is ${JSON.stringify(stored[field])}, expected ${expected}`,
    );
  const isSize = (value: unknown): value is [number, number] =>
    Array.isArray(value) && value.length === 2 && value.every(isSide);
  if (size !== undefined && !isSize(size)) throw wrong("size", "[height, width]");
  if (scale !== undefined && typeof scale !== "string")
    throw wrong("scale", "a text such as 1/255");
  if (orient !== undefined && typeof orient !== "boolean") throw wrong("orient", "true or false");
  if (channels !== undefined && channels !== 1 && channels !== 3) throw wrong("channels", "1 or 3");
  if (resize !== undefined && typeof resize !== "string")
    throw wrong("resize", resizeMethods.join(" or "));
  if (fit !== undefined && typeof fit !== "string") throw wrong("fit", fits.join(", "));
  if (scale !== undefined) parseScale(scale);
  return {
    ...(size && { size }),
    ...(resize !== undefined && { resize: parseResizeMethod(resize) }),
    ...(fit !== undefined && { fit: parseFit(fit) }),
    ...(scale !== undefined && { scale }),
    ...(orient !== undefined && { orient }),
    ...(channels !== undefined && { channels }),
  };
}

/** A side of more pixels is none of a picture that a network takes. */
const longestSide = 16_384;
const isSide = (length: unknown): boolean =>
  Number.isInteger(length) && (length as number) > 0 && (length as number) <= longestSide;

/** The order of axes in memory: channels last, as Keras and TensorFlow, or one plane a channel. */
export type Layout = "NHWC" | "NCHW";

/**
 * One line that says what was done: `resized to 150 x 150 (bilinear); x / 255; EXIF orientation applied`.
 *
 * @param doubt what stands behind the scaling where nobody says that it is right
 */
export function describePreprocessing(how: Preprocessing, doubt?: string): string {
  return [
    how.size
      ? `${fitWords[how.fit ?? "stretch"]}resized to ${how.size.join(" x ")} (${how.resize})`
      : "not resized",
    ...(how.channels === 1 ? ["grey (ITU-R 601 luma)"] : []),
    parseScale(how.scale).words + (doubt ? ` (${doubt})` : ""),
    how.orient ? "EXIF orientation applied" : "EXIF orientation ignored",
  ].join("; ");
}

const fitWords: Record<Fit, string> = {
  stretch: "",
  crop: "middle part, ",
  pad: "black beside it, ",
};

/**
 * Makes the input tensor of one photo: resized where its size differs, scaled, in the wanted layout.
 *
 * @param image a photo; one that was read with `size` is not resized again
 * @returns float32 of shape [1, H, W, C] ("NHWC", the default) or [1, C, H, W] ("NCHW")
 */
export function prepareImage(
  image: Image,
  how: Preprocessing = defaultPreprocessing,
  layout: Layout = "NHWC",
): Tensor<"float32"> {
  return prepareImages([image], how, layout);
}

/** {@link prepareImage} for several photos in one batch; without `how.size` they must be of one size. */
export function prepareImages(
  images: readonly Image[],
  how: Preprocessing = defaultPreprocessing,
  layout: Layout = "NHWC",
): Tensor<"float32"> {
  const first = images[0];
  if (!first) throw new StriateError("a batch needs at least one photo");
  const [height, width] = how.size ?? [first.height, first.width];
  const { channels } = how;
  const each = height * width * channels;
  const data = new Float32Array(images.length * each);
  const scale = scaleFor(how);
  images.forEach((image, i) => {
    if (!how.size && (image.height !== height || image.width !== width))
      throw new StriateError(
        `${image.origin.name}: ${image.height} x ${image.width} pixels, the batch began with ` +
          `${height} x ${width}; give a size for all`,
      );
    const values = resized(image, [height, width], how);
    const into = data.subarray(i * each, (i + 1) * each);
    applyScale(values, scale, channels, layout, into);
  });
  const shape =
    layout === "NHWC"
      ? [images.length, height, width, channels]
      : [images.length, channels, height, width];
  return { type: "float32", shape, data };
}

function scaleFor(how: Preprocessing): Scale {
  const scale = parseScale(how.scale);
  if (how.channels === 3) return scale;
  // A grey input has one factor; scalings that treat the colours apart have none to offer.
  if (new Set(scale.multiply).size > 1 || new Set(scale.add).size > 1)
    throw new StriateError(
      `scaling "${how.scale}" treats red, green and blue apart, and the network's input is grey: ` +
        "use 1/255, -1..1 or none",
    );
  return scale;
}

/** The photo's values at the wanted size, interleaved, 0..255. Grey is taken before the resize, as in Keras. */
function resized(
  image: Image,
  size: readonly [number, number],
  how: Preprocessing,
): Uint8Array | Float32Array {
  const { channels } = how;
  const data = channels === 1 ? lumaOf(image) : image.data;
  if (image.height === size[0] && image.width === size[1]) return data;
  const window = fittedWindow(image, size, how.fit ?? "stretch");
  const from = cutWindow({ data, height: image.height, width: image.width, channels }, window);
  const count = size[0] * size[1] * channels;
  return how.resize === "bilinear"
    ? resizeBilinear(from, size, new Float32Array(count))
    : resizeNearest(from, size, new Float32Array(count));
}

/**
 * Writes `values` (interleaved, 0..255) into `into`, scaled, in the wanted layout and channel order.
 */
export function applyScale(
  values: ArrayLike<number>,
  scale: Scale,
  channels: 1 | 3,
  layout: Layout,
  into: Float32Array,
): void {
  const pixels = into.length / channels;
  if (channels === 1) {
    const [multiply] = scale.multiply;
    const [add] = scale.add;
    for (let i = 0; i < pixels; i++) into[i] = values[i]! * multiply + add;
    return;
  }
  // One pass over the pixels with all three channels: half the time of a pass for each.
  const [m0, m1, m2] = scale.multiply;
  const [a0, a1, a2] = scale.add;
  const [s0, s2] = scale.order === "rgb" ? [0, 2] : [2, 0];
  const [step, t1, t2] = layout === "NHWC" ? [3, 1, 2] : [1, pixels, 2 * pixels];
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += 3, to += step) {
    into[to] = values[from + s0]! * m0 + a0;
    into[to + t1] = values[from + 1]! * m1 + a1;
    into[to + t2] = values[from + s2]! * m2 + a2;
  }
}
