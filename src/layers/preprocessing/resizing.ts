import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import {
  type KerasShape,
  type LowerContext,
  type SymbolicTensor,
  commonFields,
  defineLayer,
} from "../define-layer.ts";
import { cropWindow, smartResize } from "./image-window.ts";
import {
  type DataFormat,
  dataFormatField,
  graphOrder,
  joinShape,
  splitShape,
} from "../fields/layouts.ts";
import { scalarField } from "../fields/numbers-field.ts";
import { interpolations, resize } from "../reshaping/resize.ts";

type Size = readonly [number, number];
interface SizeConfig {
  height: number;
  width: number;
  data_format: DataFormat | null;
}

const sizeFields = {
  ...commonFields,
  data_format: dataFormatField,
  height: field.int(undefined, { min: 1 }),
  width: field.int(undefined, { min: 1 }),
};

function resizedShape(config: SizeConfig, [input]: readonly KerasShape[]): KerasShape {
  const { batch, channels } = splitShape(input!, config.data_format);
  return joinShape(batch, channels, [config.height, config.width], config.data_format);
}

/** Lowers a layer that makes a picture of `height` by `width` out of `(N, C, H, W)`. */
function lowerPicture<C extends SizeConfig>(
  context: LowerContext<C>,
  write: (x: string, from: readonly (number | null)[], to: Size) => string,
): SymbolicTensor {
  const { config, inputs, outputShapes, arrange } = context;
  const x = inputs[0]!;
  const order = graphOrder(4, config.data_format);
  const { space } = splitShape(x.shape, config.data_format);
  const value = write(arrange(x, order), space, [config.height, config.width]);
  return { value, shape: outputShapes[0]!, order, type: "float32" };
}

function knownSize([height, width]: readonly (number | null)[]): Size {
  if (typeof height !== "number" || typeof width !== "number")
    throw new StriateError("needs a picture of known size");
  return [height, width];
}

/**
 * A picture of any size resized to `height` by `width`: half-pixel centres, no antialias unless it is
 * asked for.
 *
 * Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/resizing/
 */
export const resizing = defineLayer({
  className: "Resizing",
  kind: "preprocessing",
  inputRank: 4,
  fields: {
    ...sizeFields,
    interpolation: field.choice(interpolations, "bilinear"),
    crop_to_aspect_ratio: field.boolean(false),
    pad_to_aspect_ratio: field.boolean(false),
    fill_mode: field.string("constant"),
    fill_value: scalarField(0),
    antialias: field.boolean(false),
  },
  outputShape: resizedShape,
  lower: (context) =>
    lowerPicture(context, (x, from, to) => {
      const { b, config } = context;
      const { interpolation, antialias } = config;
      if (config.crop_to_aspect_ratio)
        return smartResize(b, x, knownSize(from), to, interpolation, antialias);
      if (!config.pad_to_aspect_ratio)
        return resize(b, x, from, { size: to }, interpolation, antialias);
      const { value, size } = padToProportions(b, x, knownSize(from), to, config.fill_value);
      return resize(b, value, size, { size: to }, interpolation, antialias);
    }),
});

/** Borders that give a picture the wanted proportions, equally wide on both sides. */
function padToProportions(
  b: GraphBuilder,
  x: string,
  [height, width]: Size,
  [rows, columns]: Size,
  fill: number,
): { value: string; size: Size } {
  const border = (length: number, wanted: number) =>
    Math.trunc((Math.max(length, Math.trunc(wanted)) - length) / 2);
  const top = border(height, (width * rows) / columns);
  const left = border(width, (height * columns) / rows);
  const pads = b.i64([0, 0, top, left, 0, 0, top, left]);
  const value = b.op("Pad", [x, pads, b.f32(fill)]);
  return { value, size: [height + 2 * top, width + 2 * left] };
}

/**
 * The middle of a picture; a picture that is too small is cropped to the proportions and enlarged.
 *
 * Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/center_crop/
 */
export const centerCrop = defineLayer({
  className: "CenterCrop",
  kind: "preprocessing",
  inputRank: 4,
  fields: sizeFields,
  outputShape: resizedShape,
  lower: (context) =>
    lowerPicture(context, (x, from, to) => {
      const [height, width] = knownSize(from);
      if (height < to[0] || width < to[1]) return smartResize(context.b, x, [height, width], to);
      const start: Size = [Math.floor((height - to[0]) / 2), Math.floor((width - to[1]) / 2)];
      return cropWindow(context.b, x, start, to);
    }),
});

/**
 * In training a window at a random place; of pictures that are too small for it, and at inference, the
 * largest window in the middle that has the wanted proportions, resized. (At inference Keras 3.15 passes
 * the picture on unchanged instead, against its own documentation and shape rule.)
 *
 * Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_crop/
 */
export const randomCrop = defineLayer({
  className: "RandomCrop",
  kind: "preprocessing",
  inputRank: 4,
  fields: { ...sizeFields, seed: field.json() },
  outputShape: resizedShape,
  lower: (context) =>
    lowerPicture(context, (x, from, to) => {
      const { b, inputs, random, training } = context;
      const size = knownSize(from);
      if (!training || size[0] <= to[0] || size[1] <= to[1]) return smartResize(b, x, size, to);
      // One place for the whole batch, as in Keras.
      return size.reduce((cut, length, i) => {
        const places = length - to[i]! + 1;
        const drawn = b.op("Mul", [random("uniform", 0, inputs[0]!, []), b.f32(places)]);
        const start = b.op("Min", [b.op("Floor", [drawn]), b.f32(places - 1)]);
        const offsets = b.f32(
          Array.from({ length: checkedLength(to[i]!, "pixels of a side") }, (_, k) => k),
        );
        const rows = b.op("Cast", [b.op("Add", [offsets, start])], { to: 7 });
        return b.op("Gather", [cut, rows], { axis: i + 2 });
      }, x);
    }),
});
