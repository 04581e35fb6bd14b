import { platform } from "#platform";
import type { ModelHost } from "./model-training.ts";

/** The platform as a model knows it: files to save to, words for its user. */
export const modelHost: ModelHost = {
  save: (path, model) => platform.saveModel(path, model),
  progress: () => platform.progress(),
  notify: (text) => platform.notify(text),
};
