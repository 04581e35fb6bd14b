/**
 * striate: see what a convolutional network sees.
 *
 * @packageDocumentation
 */
export { Model } from "./api/model.ts";
export type { ModelGradientOptions, ViewOptions } from "./api/model-options.ts";
export type { ModelCompileOptions, ModelFitOptions, ModelHost } from "./api/model-training.ts";
export type { ModelInput } from "./api/model-input.ts";
export { activations, type ActivationsOptions } from "./api/see.ts";
export { counted } from "./base/counted.ts";
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
  zeros,
} from "./base/tensor.ts";
export { transpose } from "./base/transpose.ts";
export {
  augment,
  randomBrightness,
  randomContrast,
  randomFlip,
  randomRotation,
  randomTranslation,
  randomZoom,
} from "./data/augment/augment.ts";
export type { Batch, BatchedDataset } from "./data/examples/batch.ts";
export { Dataset } from "./data/examples/dataset.ts";
export type { Example } from "./data/examples/example.ts";
export { ImageSet } from "./data/examples/image-set.ts";
export { exampleImage } from "./data/pictures/example-image.ts";
export type { Image } from "./data/pictures/image.ts";
export {
  type Preprocessing,
  defaultPreprocessing,
  describePreprocessing,
  prepareImage,
} from "./data/pictures/preprocess.ts";
export type { RuleSet } from "./gradient/rule-sets.ts";
export { deconvnet, guidedBackpropagation } from "./gradient/rule-sets.ts";
export { layers } from "./layers/create.ts";
export { type LayerDefinition, defineLayer } from "./layers/define-layer.ts";
export { registerLayer } from "./layers/registry.ts";
export { field } from "./base/fields.ts";
export { constraints } from "./training/constraints.ts";
export { initializers } from "./training/initializers/index.ts";
export { losses } from "./training/losses/index.ts";
export { metrics } from "./training/metrics/index.ts";
export { optimizers } from "./training/optimizers/index.ts";
export { regularizers } from "./training/regularizers.ts";
export { schedules } from "./training/schedules.ts";
export type { Differentiable, GradientOptions } from "./model/gradients/gradient-of.ts";
export {
  type GradientQuery,
  type GradientResult,
  type GradientTerm,
  seedAt,
} from "./model/gradients/gradient-query.ts";
export type { Network, NetworkLayer, NetworkWeight, Port } from "./model/network.ts";
export { selectLayers } from "./model/network.ts";
export { type InputPlace, type PreparedPhoto, preparePhoto } from "./model/photo/prepare-photo.ts";
export { type ResolvedTarget, resolveTarget } from "./model/target/resolve-target.ts";
export { type Target, formatTarget, parseTarget } from "./model/target/target.ts";
export {
  type LayerSummary,
  type NetworkSummary,
  formatSummary,
  summarize,
} from "./model/facts/summary.ts";
export { apply, functional, input, sequential } from "./api/build-model.ts";
export { callbacks } from "./api/callbacks.ts";
export type { OpenDatasetOptions } from "./data/dataset-options.ts";
export { openDataset, openDatasetFor } from "./api/open-dataset.ts";
export { type DatasetSubjectOptions, datasetSubject } from "./api/dataset-subject.ts";
export {
  type PictureTraining,
  type PictureTrainingOptions,
  pictureTraining,
} from "./api/picture-training.ts";
export { census } from "./api/census.ts";
export { loadModel } from "./api/load-model.ts";
export { type ReadImageOptions, readImage } from "./api/read-image.ts";
export { toAnimation, toPng, writePng, writeSvg } from "./api/write-picture.ts";
export { colormap, colormapNames } from "./plot/colormap.ts";
export type { Mark, Picture } from "./plot/picture.ts";
export { rasterize } from "./plot/rasterize.ts";
export { leftOut } from "./model/lowering/left-out.ts";
export type { UnitField } from "./views/field/unit-field.ts";
export { toSvg } from "./plot/svg.ts";
export { writeNpz as toNpz } from "./formats/npz.ts";
export {
  type Field1d,
  type ReceptiveField,
  receptiveFields,
} from "./model/facts/receptive-field.ts";
export { ownDetail as layerDetail } from "./views/architecture/layer-detail.ts";
export type { Device, Runtime, Session, SessionOptions } from "./runtime/runtime.ts";
export type { Callback, FitRun } from "./train/callbacks/callback.ts";
export type { CompileOptions } from "./train/compile/compile.ts";
export { type DrawHistoryOptions, drawHistory } from "./views/history/draw-history.ts";
export { History, type Logs } from "./model/history.ts";
export type { TensorData, TrainingBatch, TrainingData } from "./train/data/training-data.ts";
export { version } from "./version.ts";
export { type LayerActivation } from "./views/activations.ts";
export {
  type FeatureMaps,
  type FeatureMapsOptions,
  drawFeatureMaps,
} from "./views/feature-maps.ts";
export { type MapStatistics, mapStatistics } from "./views/map-statistics.ts";
export { shrinkMaps } from "./views/shrink-maps.ts";
export * from "./views/index.ts";
export { allViews, viewNamed } from "./views/all-views.ts";
export { type ViewFamily, byFamily, viewFamilies } from "./views/families.ts";
export {
  type ContextOptions,
  type ViewContext,
  type Way,
  StoppedError,
  viewContext,
} from "./views/context.ts";
export { type NamedPicture, type View, defineView } from "./views/define-view.ts";
export { type Seen, runView } from "./views/run-view.ts";
export { type HtmlOptions, ModelSeen, htmlOf } from "./api/report/model-seen.ts";
export type { ClassScore, Prediction } from "./model/head/prediction.ts";
export { inlineFrame } from "./api/report/inline-frame.ts";
export type * from "./report/report.ts";
export { type ViewToOnnxOptions, graphViews, viewToOnnx } from "./views/view-to-onnx.ts";
export type {
  DatasetSubject,
  LabelledPhoto,
  PairSubject,
  PhotoSubject,
  Subjects,
} from "./views/subject.ts";
export type { SubjectOptions, ViewInputs } from "./api/view-subject.ts";
export { type Architecture, architectureOf } from "./views/architecture/boxes.ts";
export {
  type MapBox,
  type MapFrame,
  type MapLink,
  type NetworkMap,
  networkMap,
} from "./views/architecture/network-map.ts";
export { type ArchitectureOptions, drawArchitecture } from "./views/architecture.ts";
export { type LayerTree, formatTree, layerTree } from "./model/facts/layer-tree.ts";
export { type ConvertOptions, type ConvertedFile, convertFile } from "./api/convert-file.ts";
export { convertModel } from "./formats/convert.ts";
export { readLabels } from "./api/read-labels.ts";
export { noiseFeeds } from "./model/photo/noise-input.ts";
export {
  type DiffOptions,
  type DiffResult,
  type DiffSide,
  type LayerPair,
  diffNetworks,
} from "./views/diff.ts";
export { classColor } from "./views/embed/class-color.ts";
export type { Embedding } from "./views/embed/embedding.ts";
export type { Census } from "./views/census/census-view.ts";
export {
  type Selectivity,
  type UnitStatistics,
  correlations,
  selectivities,
  selectivity,
  unitStatistics,
} from "./views/census/statistics.ts";
export { type Evaluation, mergeEvaluations } from "./views/evaluation/evaluation.ts";
export type { ClassifierMeasure, MeasuredBatch } from "./views/evaluation/measure.ts";
export { drawDifference } from "./views/diff/draw-difference.ts";
export {
  type PreprocessingFindings,
  type PreprocessingGuess,
  describeFindings,
  findPreprocessing,
} from "./views/preprocessing-detective.ts";
export { type LayerDifference, type VerifyResult, verifyNetwork } from "./views/verify.ts";
export { decodePixels } from "./report/pixels.ts";
export { quantise, stepOf, valueOf } from "./report/quantise.ts";
export { reportVersion } from "./report/report.ts";
export type { BytesHandle } from "./report/pack-report.ts";
export {
  type Affine,
  type Rectangle,
  composeAffine,
  invertAffine,
  moved,
  movedRectangle,
  scaleAffine,
} from "./base/affine.ts";
export { type Range, combineRanges, isSigned, symmetricRange } from "./plot/range.ts";
export { formatNumber } from "./plot/format-number.ts";
export type { ConstraintOption } from "./training/constraints.ts";
export type { InitializerOption } from "./training/initializers/index.ts";
export type { LossOption } from "./training/losses/index.ts";
export type { MetricOption } from "./training/metrics/index.ts";
export type { OptimizerOption } from "./training/optimizers/index.ts";
export type { RegularizerOption } from "./training/regularizers.ts";
export type { Named } from "./training/registry.ts";
export type { SnakeCase } from "./training/registry.ts";
export type { Serialized } from "./training/registry.ts";
export type { AbortSignalLike } from "./base/abort.ts";
export type * from "./types.ts";
