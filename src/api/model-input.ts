import type { Tensor } from "../base/tensor.ts";
import type { Image } from "../data/pictures/image.ts";
import type { Tensors } from "../train/data/training-data.ts";

/** What a model takes: a photo, or a tensor for each input, in order or by name. */
export type ModelInput = Image | Tensors;

export const isTensor = (input: ModelInput): input is Tensor => "type" in input && "shape" in input;
export const isImage = (input: ModelInput): input is Image => "width" in input && "origin" in input;

/** Whether a value may be one; those who write JavaScript give paths, bytes and promises. */
export const isModelInput = (input: unknown): input is ModelInput =>
  typeof input === "object" &&
  input !== null &&
  !ArrayBuffer.isView(input) &&
  !(input instanceof ArrayBuffer) &&
  !(input instanceof Promise);
