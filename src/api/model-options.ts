import type { OptionNames } from "../base/known-options.ts";
import type { GradientOptions } from "../model/gradients/gradient-of.ts";
import type { PreprocessingChoice } from "../model/photo/photo-input.ts";
import type { Fields } from "../base/fields.ts";
import type { ContextOptions } from "../views/context.ts";
import type { Seen } from "../views/run-view.ts";
import type { Takes } from "../views/subject.ts";
import type { ModelFitOptions } from "./model-training.ts";
import type { SubjectOptions } from "./view-subject.ts";

/** Options of `model.view`: the photo's, and those of the computation. */
export interface ViewOptions extends SubjectOptions, ContextOptions {
  /** Gets the results on the way, where the view has some. */
  readonly onPartial?: (seen: Seen<Takes, Fields, Fields, unknown>) => void;
}

export type ModelGradientOptions = GradientOptions & { preprocessing?: PreprocessingChoice };

export const preprocessingNames: OptionNames<PreprocessingChoice> = {
  ...{ size: true, resize: true, fit: true, scale: true, orient: true },
};

export const gradientNames: OptionNames<ModelGradientOptions & { wrt: unknown }> = {
  ...{ of: true, wrt: true, rules: true, preprocessing: true },
};

export const viewNames: OptionNames<ViewOptions> = {
  ...{ preprocessing: true, name: true, labels: true, split: true, limit: true },
  ...{ seed: true, signal: true, memory: true, ways: true, measure: true },
  ...{ onProgress: true, onPartial: true },
};

export const fitNames: OptionNames<ModelFitOptions> = {
  ...{ epochs: true, batchSize: true, shuffle: true, seed: true, classWeight: true },
  ...{ validationData: true, validationSplit: true, callbacks: true, verbose: true },
  ...{ signal: true, shouldStop: true, checkpoint: true, from: true, callbackWeights: true },
};
