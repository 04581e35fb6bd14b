import { availableParallelism } from "node:os";
import { UsageError } from "../base/errors.ts";
import { checked, field } from "../base/fields.ts";
import { type Fit, fits } from "../data/pictures/fit.ts";
import { parseScale, scaleNames } from "../data/pictures/scale.ts";
import type { ReadModelOptions } from "../formats/format.ts";
import type { PreprocessingChoice } from "../model/photo/photo-input.ts";
import { readFileBytes } from "../node/files/files.ts";

/** Flags of every command that runs a network. */
export const engineFields = {
  device: field.choice(["auto", "cpu", "cuda", "webgpu"], "cpu", {
    help: "where the network runs",
  }),
  threads: field.nullable(
    field.int(undefined, {
      min: 1,
      max: 4 * availableParallelism(),
      help: "cores to use; all by default",
    }),
  ),
};

/** The flag of commands that draw much. */
export const pixelRatioField = field.number(1, {
  ...{ min: 0.25, max: 4 },
  help: "pixels of a PNG per pixel of the picture: 2 for fine screens",
});

/** The flag of every command that writes what takes long to make again. */
export const forceField = field.boolean(false, {
  help: "replace files that striate did not write",
});

/** Flags of every command that opens a model file. */
export const modelFields = {
  replace: field.nullable(
    field.string(undefined, {
      help: "stand-ins for layers that cannot be run: LAYER=identity, several with commas",
    }),
  ),
  arch: field.nullable(
    field.string(undefined, {
      placeholder: "file",
      help: "model.json with the layers, for a file that holds only weights",
    }),
  ),
};

/** How a model file is to be read, by the flags. */
export async function readOptions(options: {
  replace: string | null;
  arch: string | null;
}): Promise<ReadModelOptions> {
  const pairs = (options.replace ?? "").split(",").filter((pair) => pair !== "");
  return {
    ...(pairs.length > 0 ? { replace: Object.fromEntries(pairs.map(standIn)) } : {}),
    ...(options.arch
      ? { architecture: new TextDecoder().decode(await readFileBytes(options.arch)) }
      : {}),
  };
}

function standIn(pair: string): [string, "identity"] {
  const at = pair.lastIndexOf("=");
  if (at < 1 || pair.slice(at + 1) !== "identity")
    throw new UsageError(`--replace: expected LAYER=identity, got "${pair}"`);
  return [pair.slice(0, at), "identity"];
}

/** Flags of every command that takes a photo. */
export const photoFields = {
  resize: field.nullable(
    field.choice(["bilinear", "nearest"], undefined, {
      help: "bilinear as tf.image.resize (the default), nearest as keras.utils.load_img",
    }),
  ),
  fit: field.nullable(
    field.choice([...fits], undefined, {
      help: "a photo of another shape: stretch (the default), crop its middle, pad with black",
    }),
  ),
  scale: field.nullable(
    checked(
      field.string(undefined, {
        help: `${scaleNames.join(", ")}; by default what the model says, else 1/255`,
      }),
      parseScale,
    ),
  ),
  orient: field.boolean(true, { help: "do not turn the photo by its EXIF orientation, as Keras" }),
};

/** The flag of commands whose network may take several inputs. */
export const inputFields = {
  input: field.list({
    help: "an input by its name: NAME=FILE, a photo, .npy or .npz; once for each input",
  }),
};

/** What the flags say of the preprocessing; a flag that was not given says nothing. */
export function preprocessingChoice(options: {
  resize: string | null;
  fit?: string | null;
  scale: string | null;
  orient: boolean;
}): PreprocessingChoice {
  return {
    ...(options.resize ? { resize: options.resize as "bilinear" | "nearest" } : {}),
    ...(options.fit ? { fit: options.fit as Fit } : {}),
    ...(options.scale ? { scale: options.scale } : {}),
    ...(options.orient ? {} : { orient: false }),
  };
}

/** Options of an engine session from the flags; a command sees a photo or two. */
export function sessionOptions(options: {
  device: "auto" | "cpu" | "cuda" | "webgpu";
  threads: number | null;
}) {
  const { device, threads } = options;
  return { device, lean: true, ...(threads ? { threads } : {}) };
}
