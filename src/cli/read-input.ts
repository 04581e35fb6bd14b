import { basename, extname } from "node:path";
import { StriateError } from "../base/errors.ts";
import { type Tensor, reshape } from "../base/tensor.ts";
import type { Model } from "../api/model.ts";
import { type SubjectOptions, photoSubject } from "../api/view-subject.ts";
import { readNpy } from "../formats/npy.ts";
import { readNpz } from "../formats/npz.ts";
import type { PreprocessingChoice } from "../model/photo-input.ts";
import { readFileBytes } from "../node/files/files.ts";
import type { PhotoSubject } from "../views/subject.ts";
import { readPhoto } from "./photos.ts";

/**
 * The input of a command as a file: a photo, prepared as the model says; an `.npy`, or an `.npz` with one
 * array for each input, as they are.
 */
export async function readSubject(
  model: Model,
  path: string,
  choice: PreprocessingChoice,
  options: Pick<SubjectOptions, "name" | "labels"> = {},
): Promise<PhotoSubject> {
  const ending = extname(path).toLowerCase();
  if (ending === ".npy" || ending === ".npz") {
    const bytes = await readFileBytes(path);
    const arrays: ReadonlyMap<string, Tensor> =
      ending === ".npy" ? new Map([["array", readNpy(bytes, path)]]) : await readNpz(bytes, path);
    const tensors = feedsFrom(model, arrays, path);
    const name = options.name ?? basename(path, extname(path));
    return {
      ...photoSubject(model, tensors, { ...options, name }),
      preparation: `${path}, as it is`,
    };
  }
  const how = model.preprocessing(choice);
  const image = await readPhoto(path, { orient: how.orient, resize: how.resize });
  return photoSubject(model, image, { ...options, preprocessing: choice });
}

function feedsFrom(
  model: Model,
  arrays: ReadonlyMap<string, Tensor>,
  path: string,
): Record<string, Tensor> {
  const ports = model.network.inputs;
  const [first] = arrays.values();
  const only =
    ports.length > 1
      ? undefined
      : arrays.size === 1
        ? first
        : (arrays.get("x") ?? arrays.get("input"));
  return Object.fromEntries(
    ports.map(({ name, shape }) => {
      // What goes in may stand beside what comes out: `x:NAME`, and as this command writes it.
      const value =
        arrays.get(name) ?? arrays.get(`x:${name}`) ?? arrays.get(`input/${name}`) ?? only;
      if (value === undefined)
        throw new StriateError(
          `${path}: has no array "${name}" for the input of that name; it has ${[...arrays.keys()].join(", ")}`,
        );
      return [name, withBatch(value, shape.length)];
    }),
  );
}

/** One photo's tensor may stand without the axis of the batch, as `--numbers` writes it. */
function withBatch(value: Tensor, rank: number): Tensor {
  return value.shape.length === rank - 1 ? reshape(value, [1, ...value.shape]) : value;
}
