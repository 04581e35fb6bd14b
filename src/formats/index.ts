import type { FormatDefinition } from "./format.ts";
import { kerasArchitecture } from "./keras-architecture.ts";
import { kerasH5 } from "./keras-h5.ts";
import { kerasShards } from "./keras-shards.ts";
import { kerasZip } from "./keras-zip.ts";
import { onnx } from "./onnx.ts";
import { savedModel } from "./saved-model.ts";
import { tensorflow } from "./tensorflow.ts";
import { tfjs } from "./tfjs.ts";
import { tflite } from "./tflite.ts";
import { weightsNpz } from "./weights-npz.ts";
import { weightsSafetensors } from "./weights-safetensors.ts";

/** Every kind of model file, in the order in which they are tried. A new one is one more line here. */
export const formats: readonly FormatDefinition[] = [
  kerasH5,
  weightsNpz,
  weightsSafetensors,
  kerasZip,
  onnx,
  tfjs,
  tflite,
  savedModel,
  kerasShards,
  tensorflow,
  kerasArchitecture,
];
