/** Every way of seeing, one line each: command line, library, docs and the contract test read it. */
export { architectureView } from "./architecture-view.ts";
export { diffView } from "./diff-view.ts";
export { featureMapsView } from "./feature-maps-view.ts";
export { preprocessingView } from "./preprocessing-view.ts";
export { verifyView } from "./verify-view.ts";
