import { StriateError } from "../base/errors.ts";
import type { OpenedModel } from "../formats/format.ts";
import type { KerasModel } from "../model/model.ts";
import type { Runtime, SessionOptions } from "../runtime/runtime.ts";
import type { CompileOptions } from "../train/compile/compile.ts";
import { fastExecutor } from "../train/step/fast-executor.ts";
import { Trainer } from "../train/trainer.ts";

/** The layers of a model that can be trained. @throws StriateError where it has none (an ONNX file) */
export function trainableLayers({ keras, network }: OpenedModel): KerasModel {
  if (keras !== undefined) return keras;
  const { file, format } = network.origin;
  throw new StriateError(
    `${file ?? network.name}: only models of Keras layers can be trained, and this is ${format}`,
  );
}

/** The training of a model, run as fast as this platform can. */
export function trainerOf(
  opened: OpenedModel,
  compile: CompileOptions,
  runtime: Runtime,
  { seed, ...session }: SessionOptions & { seed?: number },
): Trainer {
  return new Trainer(trainableLayers(opened), compile, {
    runtime,
    network: opened.network,
    createExecutor: fastExecutor(runtime, session),
    seed,
    ...session,
  });
}
