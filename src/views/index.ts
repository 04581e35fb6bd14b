/** Every way of seeing, one line each: command line, library, docs and the contract test read it. */
export { architectureView } from "./architecture-view.ts";
export { censusView } from "./census/census-view.ts";
export { confusionView } from "./confusion/confusion-view.ts";
export { diffView } from "./diff-view.ts";
export { embedView } from "./embed/embed-view.ts";
export { evaluationView } from "./evaluation/evaluation-view.ts";
export { featureMapsView } from "./feature-maps-view.ts";
export { preprocessingView } from "./preprocessing-view.ts";
export { verifyView } from "./verify-view.ts";
export * from "./explain/index.ts";
export { comparisonView } from "./compare/comparison-view.ts";
export { fieldView } from "./field/field-view.ts";
export { filtersView } from "./filters/filters-view.ts";
export { ablateView } from "./ablate/ablate-view.ts";
export { dreamView } from "./dream/dream-view.ts";
export { inversionView } from "./dream/inversion-view.ts";
