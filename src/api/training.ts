/** All that a `Model` needs to be trained, as one part that a page loads when training starts. */
export { chosenOptimizer } from "../train/compile/chosen-optimizer.ts";
export { compileOptionsOf } from "../train/compile/compile-config.ts";
export { evaluationData, fitData } from "../train/data/fit-data.ts";
export { evaluate, evaluateBatches } from "../train/evaluate.ts";
export { fit } from "../train/fit.ts";
export { predictData } from "../train/predict.ts";
export { trainedModel } from "../train/trained-model.ts";
export { Trainer } from "../train/trainer.ts";
export { measuredOnly } from "../train/source/keras-trainable.ts";
export { newHead } from "./new-head.ts";
export { trainerOf } from "./trainer-of.ts";
