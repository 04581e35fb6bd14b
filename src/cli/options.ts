import { field } from "../base/fields.ts";
import { scaleNames } from "../data/scale.ts";
import type { PreprocessingChoice } from "../model/photo-input.ts";

/** Flags of every command that runs a network. */
export const engineFields = {
  device: field.choice(["auto", "cpu", "cuda", "webgpu"], "cpu", {
    help: "where the network runs",
  }),
  threads: field.nullable(field.int(undefined, { min: 1, help: "cores to use; all by default" })),
};

/** Flags of every command that takes a photo. */
export const photoFields = {
  resize: field.nullable(
    field.choice(["bilinear", "nearest"], undefined, {
      help: "bilinear as tf.image.resize (the default), nearest as keras.utils.load_img",
    }),
  ),
  scale: field.nullable(
    field.string(undefined, {
      help: `${scaleNames.join(", ")}; by default what the model says, else 1/255`,
    }),
  ),
  orient: field.boolean(true, { help: "do not turn the photo by its EXIF orientation, as Keras" }),
};

/** What the flags say of the preprocessing; a flag that was not given says nothing. */
export function preprocessingChoice(options: {
  resize: string | null;
  scale: string | null;
  orient: boolean;
}): PreprocessingChoice {
  return {
    ...(options.resize ? { resize: options.resize as "bilinear" | "nearest" } : {}),
    ...(options.scale ? { scale: options.scale } : {}),
    ...(options.orient ? {} : { orient: false }),
  };
}

/** Options of an engine session from the flags. */
export function sessionOptions(options: {
  device: "auto" | "cpu" | "cuda" | "webgpu";
  threads: number | null;
}) {
  return { device: options.device, ...(options.threads ? { threads: options.threads } : {}) };
}
