/**
 * Types that signatures of the library mention and that few people write themselves: options, results, records.
 * Each is exported, so that all can be named.
 */
export type { ModelFiles } from "./api/open-model.ts";
export type { Bitmap } from "./api/platform.ts";
export type { AnyFile, BlobSource, FileSource, UrlSource } from "./api/sources.ts";
export type { ViewedModel } from "./api/view-subject.ts";
export type { Axes } from "./base/axes-field.ts";
export type { ByteSource } from "./base/byte-source.ts";
export type { ExactSums } from "./base/exact-sums.ts";
export type { Field, FieldKind, Fields, Options, Values } from "./base/fields.ts";
export type { PackedTexts } from "./base/packed-texts.ts";
export type { Random } from "./base/random.ts";
export type { Shape } from "./base/shape.ts";
export type { DataArrays, NumericType } from "./base/tensor.ts";
export type { Column } from "./base/text-table.ts";
export type { AffineOptions } from "./data/augment/affine.ts";
export type { Augmentation, Factor } from "./data/augment/augment.ts";
export type { DatasetProgress } from "./data/dataset-options.ts";
export type { BatchOptions } from "./data/examples/batch.ts";
export type { ExampleMap } from "./data/examples/dataset.ts";
export type { ExampleShape, ExampleSource, ExampleStream } from "./data/examples/example.ts";
export type { ImageSetParts } from "./data/examples/image-set.ts";
export type { SkippedFile } from "./data/files/class-folders.ts";
export type { JpegDecoder } from "./data/picture-formats/jpeg/decode.ts";
export type { ByteImage, ImageOrigin } from "./data/pictures/image.ts";
export type { Layout } from "./data/pictures/preprocess.ts";
export type { OpenedModel, ReadModelOptions, WrittenFile } from "./formats/format.ts";
export type { ViewExport } from "./formats/onnx/export-view.ts";
export type {
  CodedValues,
  ColumnNumbers,
  MadeValues,
  ParquetColumn,
  SparseValues,
  WholeValues,
} from "./formats/parquet-columns.ts";
export type { GradientRules } from "./gradient/rule-sets.ts";
export type { AttributeInput } from "./graph/attributes.ts";
export type { GraphBuilder, OpOptions } from "./graph/builder.ts";
export type { Attribute, Dim, Graph, GraphNode, Value, ValueType } from "./graph/graph.ts";
export type { Argument, CallArguments, TensorArgument } from "./layers/arguments.ts";
export type { CreatedLayer, LayerCreators } from "./layers/create.ts";
export type {
  KerasShape,
  LayerFacts,
  LayerKind,
  LowerContext,
  RandomInput,
  SymbolicTensor,
  WeightOrigin,
  WeightSpec,
} from "./layers/define-layer.ts";
export type { KerasVersion } from "./layers/keras-version.ts";
export type { Block, BuildCall, BuildOptions, BuildTensor } from "./model/build.ts";
export type { ParameterCount } from "./model/facts/summary.ts";
export type {
  ForwardPart,
  GraphPart,
  GraphPartContext,
  Seed,
  SeedPart,
} from "./model/gradients/gradient-query.ts";
export type { ClassifierLoss } from "./model/head/classifier-loss.ts";
export type { Head, HeadKind } from "./model/head/head.ts";
export type { Call, KerasModel, Layer, Ref } from "./model/model.ts";
export type { Activity, Origin, Unavailable } from "./model/network.ts";
export type { OptimizerState } from "./model/optimizer-state.ts";
export type { PhotoInput, PreprocessingChoice, ScaleSource } from "./model/photo/photo-input.ts";
export type { DecodePhoto } from "./model/photo/prepare-photo.ts";
export type { RowOptions, RowSource } from "./model/rows.ts";
export type { TakePart } from "./model/rows-in-parts.ts";
export type { RunningNetwork } from "./model/running.ts";
export type { Term } from "./model/target/functional.ts";
export type { ResolveOptions } from "./model/target/resolve-target.ts";
export type { Position } from "./model/target/target.ts";
export type { ConcreteType, GradientContext, GradientRule } from "./ops/define-op.ts";
export type { Formula, Operand } from "./ops/facts/formula.ts";
export type { Colormap } from "./plot/colormap.ts";
export type { ColumnLayout, FramePiece } from "./plot/column-layout.ts";
export type { FontWeight } from "./plot/font/font.ts";
export type { Path, PathCommand, Point } from "./plot/path.ts";
export type { Box, GroupMark, ImageMark, PathMark, RectMark, TextMark } from "./plot/picture.ts";
export type { AnimationOptions } from "./plot/png/apng.ts";
export type { PngOptions } from "./plot/png/encode-png.ts";
export type { Raster } from "./plot/raster.ts";
export type { PlacedRaster, RasterizeOptions } from "./plot/rasterize.ts";
export type { ForeignPiece } from "./plot/text-outline.ts";
export type { ThemeName } from "./plot/theme.ts";
export type { Gathering } from "./runs/parts.ts";
export type { WorkerThread } from "./runtime/runtime.ts";
export type { TrainingPosition } from "./train/callbacks/callback.ts";
export type { CsvLoggerOptions } from "./train/callbacks/csv-logger.ts";
export type { EarlyStoppingOptions } from "./train/callbacks/early-stopping.ts";
export type { ModelCheckpointOptions } from "./train/callbacks/model-checkpoint.ts";
export type { ReduceLROnPlateauOptions } from "./train/callbacks/reduce-lr-on-plateau.ts";
export type { ChosenOptimizer } from "./train/compile/chosen-optimizer.ts";
export type { MetricChoice, MetricList } from "./train/compile/compile-metrics.ts";
export type { Compiled, OutputLoss, OutputMetric } from "./train/compile/compiled.ts";
export type { PerOutput } from "./train/compile/per-output.ts";
export type { PreparedBatch } from "./train/data/prepare-batch.ts";
export type { Tensors } from "./train/data/training-data.ts";
export type { TrainChoice } from "./train/source/trainable-of.ts";
export type { Trainable, TrainingNetwork } from "./train/source/trainable.ts";
export type { StepBatch, StepExecutor, StepResult } from "./train/step/executor.ts";
export type { TotalsState } from "./train/totals.ts";
export type { Trainer, TrainerState } from "./train/trainer.ts";
export type { AxesOf, ConstraintDefinition } from "./training/constraints.ts";
export type { InitializerDefinition } from "./training/initializers/define-initializer.ts";
export type { LossContext, LossDefinition, LossScope } from "./training/losses/define-loss.ts";
export type { MetricBatch, MetricDefinition } from "./training/metrics/define-metric.ts";
export type { Metric } from "./training/metrics/metric.ts";
export type { SlotSpec, Update, UpdateContext } from "./training/optimizers/define-optimizer.ts";
export type { Clipping, Optimizer } from "./training/optimizers/optimizer.ts";
export type { Creators } from "./training/registry.ts";
export type { Penalty, RegularizerDefinition } from "./training/regularizers.ts";
export type { ScheduleDefinition } from "./training/schedules.ts";
export type { AblatedLayer, Ablation, ChangedUnits } from "./views/ablate/ablation.ts";
export type { ScaledUnit } from "./views/ablate/scaled-network.ts";
export type { ArchitectureBox, ArchitectureFrame } from "./views/architecture/boxes.ts";
export type { ArchitectureLayout } from "./views/architecture/layout.ts";
export type { CensusLayer } from "./views/census/census-layers.ts";
export type { CensusPart } from "./views/census/census-part.ts";
export type { CensusAsks } from "./views/census/census-plan.ts";
export type { Crops } from "./views/census/crops.ts";
export type { RankedPhotos } from "./views/census/ranked-photos.ts";
export type { SketchList } from "./views/census/sketch-list.ts";
export type { Sketch } from "./views/census/sketch.ts";
export type { CensusNumbers } from "./views/census/statistics.ts";
export type { Agreement, ComparablePlane } from "./views/compare/agreement.ts";
export type { ComparedMap, ComparedPair, Comparison } from "./views/compare/comparison.ts";
export type { ConfusionPart, Mistaken } from "./views/confusion/confusion-part.ts";
export type { Confusion } from "./views/confusion/confusion.ts";
export type { CarryingUnit, ExplainedMistake } from "./views/confusion/explain-mistake.ts";
export type { TemperatureFit } from "./views/confusion/temperature.ts";
export type { ThresholdRow } from "./views/confusion/thresholds.ts";
export type { Scratch, ScratchFile, StopSignal } from "./views/context.ts";
export type { AnyView, DataTable, ViewCommand, ViewTable, ViewWords } from "./views/define-view.ts";
export type { DifferenceOptions } from "./views/diff/draw-difference.ts";
export type { Style } from "./views/dream/diversity.ts";
export type { Dream } from "./views/dream/dream.ts";
export type { Inversion } from "./views/dream/inversion-view.ts";
export type { InputRange, PictureShape, Planes } from "./views/dream/picture-input.ts";
export type { EmbedPart } from "./views/embed/embed-part.ts";
export type { AlikePair } from "./views/embed/find-odd.ts";
export type { MapPhotos } from "./views/embed/map-photos.ts";
export type { NearPhotos } from "./views/embed/near-photos.ts";
export type { NeighbourTable } from "./views/embed/neighbour-table.ts";
export type { Neighbours } from "./views/embed/neighbours.ts";
export type { Principal } from "./views/embed/principal.ts";
export type { EmbedSample } from "./views/embed/map-of-sample.ts";
export type { VectorTable } from "./views/embed/vector-table.ts";
export type {
  ClassReport,
  Classification,
  WrongExample,
} from "./views/evaluation/classification.ts";
export type { Measured } from "./views/evaluation/measure.ts";
export type { ScalingTrials, Trial } from "./views/evaluation/scaling-trials.ts";
export type {
  ExplainedTarget,
  Explanation,
  ExplanationMap,
  MapCheck,
  RandomisedMap,
} from "./views/explain/explanation.ts";
export type { FeatureMapsResult, PhotoActivations } from "./views/feature-maps-view.ts";
export type { ChosenMaps } from "./views/feature-maps/choose-maps.ts";
export type { Ancestor } from "./views/field/ancestors.ts";
export type { Arithmetic, Product } from "./views/field/arithmetic.ts";
export type { UnitPlace } from "./views/field/parse-place.ts";
export type { ComparedBank, FilterChange } from "./views/filters/filter-change.ts";
export type { Backdrop } from "./views/heatmap/overlay.ts";
export type { StackedPlane } from "./views/heatmap/stacked-plane.ts";
export type { ScaleMode } from "./views/map-scale.ts";
export type { MapState, MapsSize } from "./views/map-statistics.ts";
export type { PhotoFindings } from "./views/preprocessing-view.ts";
export type { Given } from "./views/run-view.ts";
export type { ShardCosts, Shards } from "./views/shards.ts";
export type { PairSide, Takes } from "./views/subject.ts";
export type { VerifiedNetwork } from "./views/verify-view.ts";
export type { WayResult, WorstDifference } from "./views/verify.ts";
