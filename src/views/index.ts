/** Every way of seeing, one line each: command line, library, docs and the contract test read it. */
export { featureMapsView } from "./feature-maps-view.ts";
