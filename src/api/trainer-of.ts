import { platform } from "#platform";
import type { OpenedModel } from "../formats/format.ts";
import type { Runtime, SessionOptions } from "../runtime/runtime.ts";
import type { CompileOptions } from "../train/compile/compile.ts";
import { type TrainChoice, trainableOf } from "../train/source/trainable-of.ts";
import { fastExecutor } from "../train/step/fast-executor.ts";
import { Trainer } from "../train/trainer.ts";

export interface TrainerChoice extends SessionOptions, TrainChoice {
  readonly seed?: number;
  /** Bytes of memory for what frozen layers make of the rows; the rest goes to disk, where there is one. */
  readonly featureMemory?: number;
}

/** The training of a model of any file, run as fast as this platform can. */
export function trainerOf(
  opened: OpenedModel,
  compile: CompileOptions,
  runtime: Runtime,
  { seed, train, size, featureMemory, ...session }: TrainerChoice,
): Trainer {
  const { openSpill } = platform.cache;
  return new Trainer(trainableOf(opened, { train, size }), compile, {
    runtime,
    createExecutor: fastExecutor(runtime, session),
    seed,
    features: {
      ...(featureMemory !== undefined && { memory: featureMemory }),
      ...(openSpill && { spill: (bytesEach: number) => openSpill(bytesEach) }),
    },
    ...session,
  });
}
