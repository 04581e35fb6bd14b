// Types that signatures of the library mention, and nobody asks for by name: `npm run docs` says which are missing.

export type { ModelFiles } from "./api/open-model.ts";
export type { Bitmap } from "./api/platform.ts";
export type { AnyFile, BlobSource, FileSource } from "./api/sources.ts";
export type { ViewedModel } from "./api/view-subject.ts";
export type { Affine } from "./base/affine.ts";
export type { Axes } from "./base/axes-field.ts";
export type { Field, FieldKind, Fields, Options, Values } from "./base/fields.ts";
export type { Random } from "./base/random.ts";
export type { Shape } from "./base/shape.ts";
export type { DataArrays, NumericType } from "./base/tensor.ts";
export type { AffineOptions } from "./data/augment/affine.ts";
export type { Augmentation, Factor } from "./data/augment/augment.ts";
export type { BatchOptions } from "./data/batch.ts";
export type { SkippedFile } from "./data/class-folders.ts";
export type { DatasetProgress } from "./data/dataset-options.ts";
export type { ExampleMap } from "./data/dataset.ts";
export type { ExampleShape, ExampleSource, ExampleStream } from "./data/example.ts";
export type { ImageSetParts } from "./data/image-set.ts";
export type { ImageOrigin } from "./data/image.ts";
export type { JpegDecoder } from "./data/picture-formats/jpeg/decode.ts";
export type { Layout } from "./data/preprocess.ts";
export type { OpenedModel, ReadModelOptions, WrittenFile } from "./formats/format.ts";
export type { ViewExport } from "./formats/onnx/export-view.ts";
export type { GradientRules } from "./gradient/rule-sets.ts";
export type { Dim, Graph } from "./graph/graph.ts";
export type { ActivationName } from "./layers/activations.ts";
export type { CallArguments } from "./layers/arguments.ts";
export type {
  KerasShape,
  LayerKind,
  LowerContext,
  RandomInput,
  SymbolicTensor,
  WeightOrigin,
  WeightSpec,
} from "./layers/define-layer.ts";
export type { Block, BuildOptions, BuildTensor } from "./model/build.ts";
export type { ClassifierLoss } from "./model/classifier-loss.ts";
export type { Term } from "./model/functional.ts";
export type { GraphPart, Seed } from "./model/gradient-query.ts";
export type { KerasModel } from "./model/model.ts";
export type { Activity, Origin, Unavailable } from "./model/network.ts";
export type { PhotoInput, PreprocessingChoice, ScaleSource } from "./model/photo-input.ts";
export type { ClassScore } from "./model/prediction.ts";
export type { DecodePhoto } from "./model/prepare-photo.ts";
export type { ResolveOptions } from "./model/resolve-target.ts";
export type { RunningNetwork } from "./model/running.ts";
export type { ParameterCount } from "./model/summary.ts";
export type { Position } from "./model/target.ts";
export type { Colormap } from "./plot/colormap.ts";
export type { Box, GroupMark, ImageMark, PathMark, RectMark, TextMark } from "./plot/picture.ts";
export type { PngOptions } from "./plot/png/encode-png.ts";
export type { Range } from "./plot/range.ts";
export type { Raster } from "./plot/raster.ts";
export type { RasterizeOptions } from "./plot/rasterize.ts";
export type { ThemeName } from "./plot/theme.ts";
export type { WorkerThread } from "./runtime/runtime.ts";
export type { TrainingPosition } from "./train/callbacks/callback.ts";
export type { CsvLoggerOptions } from "./train/callbacks/csv-logger.ts";
export type { EarlyStoppingOptions } from "./train/callbacks/early-stopping.ts";
export type { ModelCheckpointOptions } from "./train/callbacks/model-checkpoint.ts";
export type { ReduceLROnPlateauOptions } from "./train/callbacks/reduce-lr-on-plateau.ts";
export type { ChosenOptimizer } from "./train/compile/chosen-optimizer.ts";
export type { Tensors } from "./train/data/training-data.ts";
export type { TrainChoice } from "./train/source/trainable-of.ts";
export type { Trainer } from "./train/trainer.ts";
export type { Ablation } from "./views/ablate/ablation.ts";
export type { ArchitectureBox, ArchitectureFrame } from "./views/architecture/boxes.ts";
export type { ArchitectureLayout } from "./views/architecture/layout.ts";
export type { CensusLayer } from "./views/census/census-layers.ts";
export type { CensusPart } from "./views/census/census-part.ts";
export type { CensusAsks } from "./views/census/census-plan.ts";
export type { Crops } from "./views/census/crops.ts";
export type { CensusNumbers } from "./views/census/statistics.ts";
export type { Comparison } from "./views/compare/comparison.ts";
export type { StopSignal } from "./views/context.ts";
export type { AnyView, DataTable, ViewCommand, ViewTable, ViewWords } from "./views/define-view.ts";
export type { DifferenceOptions } from "./views/diff/draw-difference.ts";
export type { Dream } from "./views/dream/dream.ts";
export type { Inversion } from "./views/dream/inversion-view.ts";
export type { Classification } from "./views/evaluation/classification.ts";
export type { Explanation } from "./views/explain/explanation.ts";
export type { FeatureMapsResult } from "./views/feature-maps-view.ts";
export type { ChosenMaps } from "./views/feature-maps/choose-maps.ts";
export type { Arithmetic } from "./views/field/arithmetic.ts";
export type { UnitPlace } from "./views/field/parse-place.ts";
export type { FilterBank } from "./views/filters/filter-bank.ts";
export type { ScaleMode } from "./views/map-scale.ts";
export type { MapState, MapsSize } from "./views/map-statistics.ts";
export type { PhotoFindings } from "./views/preprocessing-view.ts";
export type { Given } from "./views/run-view.ts";
export type { Shards } from "./views/shards.ts";
export type { PairSide, Takes } from "./views/subject.ts";
export type { VerifiedNetwork } from "./views/verify-view.ts";
export type { WayResult, WorstDifference } from "./views/verify.ts";
