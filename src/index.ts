/**
 * striate: see what a convolutional network sees.
 *
 * @packageDocumentation
 */
export { Model, type ModelInput } from "./api/model.ts";
export { activations, type ActivationsOptions } from "./api/see.ts";
export { StriateError, UsageError } from "./base/errors.ts";
export {
  type DataType,
  type Tensor,
  castTo,
  float32,
  int64,
  reshape,
  tensor,
  toFloat32,
  toNumbers,
  transpose,
  zeros,
} from "./base/tensor.ts";
export type { Image } from "./data/image.ts";
export {
  type Preprocessing,
  defaultPreprocessing,
  describePreprocessing,
  prepareImage,
} from "./data/preprocess.ts";
export type { Network, NetworkLayer, NetworkWeight, Port } from "./model/network.ts";
export { selectLayers } from "./model/network.ts";
export {
  type LayerSummary,
  type NetworkSummary,
  formatSummary,
  summarize,
} from "./model/summary.ts";
export { loadModel } from "./node/load-model.ts";
export { type ReadImageOptions, readImage } from "./node/read-image.ts";
export { writePng, writeSvg } from "./node/write-picture.ts";
export { colormap, colormapNames } from "./plot/colormap.ts";
export type { Mark, Picture } from "./plot/picture.ts";
export { rasterize } from "./plot/rasterize.ts";
export { toSvg } from "./plot/svg.ts";
export type { Device, Runtime, Session, SessionOptions } from "./runtime/runtime.ts";
export { version } from "./version.ts";
export { type LayerActivation } from "./views/activations.ts";
export {
  type FeatureMaps,
  type FeatureMapsOptions,
  drawFeatureMaps,
} from "./views/feature-maps.ts";
export { type MapStatistics, mapStatistics } from "./views/map-statistics.ts";
export { featureMapsView } from "./views/feature-maps-view.ts";
