import { StriateError } from "../base/errors.ts";
import { type Field, field } from "../base/fields.ts";
import { commonFields, defineLayer } from "./define-layer.ts";
import { dataFormatField } from "./layouts.ts";

type Json = Field<unknown> & { readonly required: false };
const json = (): Json => field.json();

/** A layer that changes pictures at random in training and passes them on at inference. */
function augmentation<K extends string>(className: string, keys: readonly K[]) {
  const own = Object.fromEntries(keys.map((key) => [key, json()])) as Record<K, Json>;
  return defineLayer({
    className,
    kind: "preprocessing",
    fields: { ...commonFields, data_format: dataFormatField, seed: json(), ...own },
    outputShape: (_, [input]) => input!,
    lower({ inputs, training }) {
      if (training)
        throw new StriateError("changes pictures in training, which is not written for this layer");
      return inputs[0]!;
    },
  });
}

const fill = ["fill_mode", "fill_value", "interpolation"] as const;

/** Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/ */
export const randomFlip = augmentation("RandomFlip", ["mode"]);
export const randomRotation = augmentation("RandomRotation", ["factor", ...fill]);
export const randomZoom = augmentation("RandomZoom", ["height_factor", "width_factor", ...fill]);
export const randomTranslation = augmentation("RandomTranslation", [
  "height_factor",
  "width_factor",
  ...fill,
]);
export const randomContrast = augmentation("RandomContrast", ["factor", "value_range"]);
export const randomBrightness = augmentation("RandomBrightness", ["factor", "value_range"]);
export const randomShear = augmentation("RandomShear", ["x_factor", "y_factor", ...fill]);
export const randomPerspective = augmentation("RandomPerspective", ["factor", "scale", ...fill]);
export const randomElasticTransform = augmentation("RandomElasticTransform", [
  "factor",
  "scale",
  "value_range",
  ...fill,
]);
export const randomErasing = augmentation("RandomErasing", [
  "factor",
  "scale",
  "fill_value",
  "value_range",
]);
export const randomGaussianBlur = augmentation("RandomGaussianBlur", [
  "factor",
  "kernel_size",
  "sigma",
  "value_range",
]);
export const randomGrayscale = augmentation("RandomGrayscale", ["factor"]);
export const randomHue = augmentation("RandomHue", ["factor", "value_range"]);
export const randomSaturation = augmentation("RandomSaturation", ["factor", "value_range"]);
export const randomSharpness = augmentation("RandomSharpness", ["factor", "value_range"]);
export const randomInvert = augmentation("RandomInvert", ["factor", "value_range"]);
export const randomPosterization = augmentation("RandomPosterization", ["factor", "value_range"]);
export const randomColorDegeneration = augmentation("RandomColorDegeneration", [
  "factor",
  "value_range",
]);
export const randomColorJitter = augmentation("RandomColorJitter", [
  "value_range",
  "brightness_factor",
  "contrast_factor",
  "saturation_factor",
  "hue_factor",
]);
export const mixUp = augmentation("MixUp", ["alpha"]);
export const cutMix = augmentation("CutMix", ["factor"]);
export const augMix = augmentation("AugMix", [
  "value_range",
  "num_chains",
  "chain_depth",
  "factor",
  "alpha",
  "all_ops",
  "interpolation",
]);
export const randAugment = augmentation("RandAugment", [
  "value_range",
  "num_ops",
  "factor",
  "interpolation",
]);
