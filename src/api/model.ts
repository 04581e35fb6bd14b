import { knownOptions } from "../base/known-options.ts";
import { StriateError } from "../base/errors.ts";
import type { Fields } from "../base/fields.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Preprocessing } from "../data/pictures/preprocess.ts";
import type { OpenedModel } from "../formats/format.ts";
import { gradientOf } from "../model/gradients/gradient-of.ts";
import type { KerasModel } from "../model/model.ts";
import { requireOutputs } from "../model/lowering/left-out.ts";
import type { Network, NetworkLayer } from "../model/network.ts";
import { toUser } from "../model/network.ts";
import { type PreprocessingChoice, preprocessingFor } from "../model/photo/photo-input.ts";
import { RunningNetwork } from "../model/running.ts";
import { type NetworkSummary, formatSummary, summarize } from "../model/facts/summary.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { History } from "../model/history.ts";
import type { ClassWeight } from "../train/data/prepare-batch.ts";
import type { Logs } from "../model/history.ts";
import type { Trainer } from "../train/trainer.ts";
import type { TensorData, TrainingBatch, TrainingData } from "../train/data/training-data.ts";
import { type ClassScore, readPrediction } from "../model/head/prediction.ts";
import { viewContext } from "../views/context.ts";
import type { ClassifierMeasure } from "../views/evaluation/measure.ts";
import type { View } from "../views/define-view.ts";
import { type Given, runView } from "../views/run-view.ts";
import { ModelSeen } from "./report/model-seen.ts";
import type { Subjects, Takes } from "../views/subject.ts";
import {
  type ModelGradientOptions,
  type ViewOptions,
  fitNames,
  gradientNames,
  viewNames,
} from "./model-options.ts";
import { feedsOf } from "./feeds-of.ts";
import { modelInWords } from "./model-in-words.ts";
import type { ModelInput } from "./model-input.ts";
import { wrongArgument } from "./sources.ts";
import { measureModel } from "./measure-model.ts";
import {
  type ModelCompileOptions,
  type ModelFitOptions,
  type ModelHost,
  ModelTraining,
  trainingPart,
} from "./model-training.ts";
import { type ViewInputs, subjectOf } from "./view-subject.ts";

/**
 * A network with an engine, in the words of Keras and TF.js: what `loadModel` gives.
 *
 * Tensors go in and come out in the model's own layout: `(N, height, width, channels)` for a Keras
 * model.
 */
export class Model {
  readonly network: Network;
  /** The Keras layers, where the file has them. */
  readonly keras: KerasModel | undefined;
  /** The network with its engine, for the views. */
  readonly running: RunningNetwork;
  readonly #opened: OpenedModel;
  readonly #runtime: Runtime;
  readonly #host: ModelHost;
  readonly #training: ModelTraining;

  constructor(opened: OpenedModel, runtime: Runtime, host: ModelHost = {}) {
    const { device, threads, optimize, lean } = host;
    this.network = opened.network;
    this.keras = opened.keras;
    this.running = new RunningNetwork(opened.network, runtime, { device, threads, optimize, lean });
    this.#opened = opened;
    this.#runtime = runtime;
    this.#host = host;
    this.#training = new ModelTraining(opened, this.running, runtime, host);
  }

  get name(): string {
    return this.network.name;
  }

  get layers(): readonly NetworkLayer[] {
    return this.network.layers;
  }

  /** Prints the table of layers; `print` is `console.log` by default, as in TF.js. */
  summary(print: (text: string) => void = console.log): void {
    print(formatSummary(this.describe()));
  }

  /** The numbers of the table. */
  describe(): NetworkSummary {
    return summarize(this.network);
  }

  /**
   * The model's first output.
   *
   * @param input a photo, a tensor, tensors by input name, or a data set in batches
   * @returns `(N, units)` for a classifier
   */
  async predict(input: ModelInput | TrainingData, choice?: PreprocessingChoice): Promise<Tensor> {
    return (await this.predictAll(input, choice))[0]!;
  }

  /** All outputs of the model. */
  async predictAll(
    input: ModelInput | TrainingData,
    choice?: PreprocessingChoice,
  ): Promise<Tensor[]> {
    await this.settle();
    requireOutputs(this.network);
    if (isDataSet(input)) return (await trainingPart()).predictData(this.running, input);
    const ports = this.network.outputs;
    const results = await this.running.run(
      this.feeds(input, choice),
      ports.map((port) => port.value),
    );
    return results.map((value, i) => toUser(value, ports[i]!));
  }

  /** The classes with their scores, best first, for one photo. */
  async classify(photo: ModelInput, labels?: readonly string[]): Promise<ClassScore[]> {
    if (labels !== undefined && !Array.isArray(labels))
      return wrongArgument(this.name, 'a list of the classes\' names (["cat", "dog"])', labels);
    const prediction = readPrediction(this.network, await this.predictAll(photo), labels);
    if (prediction === undefined)
      throw new StriateError(`${this.name}: the output is no list of classes; use predict`);
    return prediction.scores;
  }

  /**
   * The gradient of a class, a unit, or a layer by the input, or by any other value.
   *
   *     const photo = await readImage("dog.jpg");
   *     // how the logit of the predicted class changes with each pixel: (1, height, width, channels)
   *     const slopes = await model.gradient(photo);
   *     // of a class, of a layer's unit; guided backpropagation of a difference
   *     await model.gradient(photo, { of: "class:dog", wrt: "conv2d_3" });
   *     await model.gradient(photo, { of: "unit:conv2d_2_pre[17]@4,5" });
   *     await model.gradient(photo, { of: "difference:dog-cat", rules: "guided-backprop" });
   *     // of elements of any value, by their index in the model's own layout
   *     await model.gradient(photo, { of: { output: 0, index: 0 } });
   *
   * @param options.wrt the value to differentiate by, the first input by default: an input, a layer, `NAME_pre`
   * @returns of the shape of that value, in the model's own layout; a batch has a gradient for each row
   * @throws StriateError naming the layer and the op where one on the way has no gradient
   */
  async gradient(
    input: ModelInput,
    options: ModelGradientOptions & { wrt?: string } = {},
  ): Promise<Tensor> {
    const wrt = options.wrt ?? this.network.inputs[0]!.name;
    return (await this.gradients(input, { ...options, wrt: [wrt] }))[0]!;
  }

  /** {@link gradient} by several values at once. @returns a tensor for each of `wrt` */
  async gradients(
    input: ModelInput,
    options: ModelGradientOptions & { wrt: readonly string[] },
  ): Promise<Tensor[]> {
    knownOptions("gradient", options, gradientNames);
    await this.settle();
    const feeds = this.feeds(input, options.preprocessing);
    return gradientOf(this.running, feeds, options, options.wrt);
  }

  /** How a photo is prepared for this model, with the caller's choice on top. */
  preprocessing(choice?: PreprocessingChoice): Preprocessing {
    return preprocessingFor(this.network, choice).how;
  }

  /** Tensors by input name, from whatever the caller has. */
  feeds(input: ModelInput, choice?: PreprocessingChoice): Record<string, Tensor> {
    return feedsOf(this.network, input, choice);
  }

  /**
   * Sees the model in a way of `views`: `model.view(gradCamView, photo, { target: "class:dog" })`.
   *
   * A classifier is measured so too, over a data set, with the loss that it was compiled with:
   *
   *     const set = await openDatasetFor(model.network, "photos/");
   *     const { result } = await model.view(evaluationView, set, {}, { split: "test" });
   *     result.classification.accuracy; // and .classes, .counts (the confusion matrix), .mostWrong
   *
   * @param input what the view takes: a photo or tensors, photos, a data set, another model with a photo,
   * nothing
   * @param asks the view's questions; those left out take their default
   * @returns the result, with its words, tables, arrays and pictures, and as a page: `toHtml()`
   * @throws StriateError that says what the view needs, where the network does not have it
   */
  async view<T extends Takes, A extends Fields, S extends Fields, R>(
    view: View<T, A, S, R>,
    input: ViewInputs[T],
    asks: Given<A> = {},
    options: ViewOptions = {},
  ): Promise<ModelSeen<T, A, S, R>> {
    knownOptions(`view (${view.id})`, options, viewNames);
    await this.settle();
    const subject = subjectOf(this, view.takes, input, options) as Subjects[T];
    const context = viewContext(this.running, { measure: this.measure(), ...options });
    const seen = await runView(view, context, subject, asks, options.onPartial);
    return new ModelSeen(seen, this.running);
  }

  /** How the model is measured over a data set: with the loss that it was compiled with, as its training is. */
  measure(): ClassifierMeasure {
    const { device, threads, optimize } = this.#host;
    const opened = () => this.contents({ includeOptimizer: false });
    return measureModel(opened, this.running, { device, threads, optimize });
  }

  /**
   * The model with a new head behind its last pooled or flattened value: a dense layer with freshly drawn
   * weights, with a sigmoid for two classes or a softmax for more. This model stays as it is.
   *
   *     const model = await (await loadModel("resnet18.onnx")).withNewHead(["cat", "dog"]);
   *     await model.compile({ loss: "binary_crossentropy", train: "head" });
   *
   * @throws StriateError for fewer than two classes, or where there is no such value
   */
  async withNewHead(
    classNames: readonly string[],
    options: { seed?: number } = {},
  ): Promise<Model> {
    await this.settle();
    const { newHead } = await trainingPart();
    const opened = newHead(this.#opened, classNames, options.seed);
    return new Model(opened, this.#runtime, this.#host);
  }

  /**
   * Says how the model is to be trained. Any file can be: of one without Keras layers the graph is, its
   * weights being the constants that its ops take for weights.
   *
   * What trains is loaded by it. Nobody has to wait: whoever trains next does, and hears of what is wrong.
   *
   * @param options by default what the file was saved with, if it was; the optimizer then goes on
   * where it stopped. Of what is frozen, the layers at the front are run once for each row.
   * @throws StriateError where loss, metrics and outputs do not go together, or the model cannot be trained
   * (a quantised file)
   */
  compile(options?: ModelCompileOptions): Promise<void> {
    return this.#training.compile(options);
  }

  /** The training of the model; compiled as the file says where nobody did. */
  trainer(): Promise<Trainer> {
    return this.#training.trainer();
  }

  /**
   * Trains the model.
   *
   * @param data a data set in batches, or tensors `{ x, y }`
   * @returns what each epoch reported
   * @throws StriateError naming epoch and batch where one cannot be trained on; what was trained before
   * it stays in the model
   */
  async fit(data: TrainingData | TensorData, options: ModelFitOptions = {}): Promise<History> {
    knownOptions("fit", options, fitNames);
    return this.#training.fit(data, options);
  }

  /** Makes one training step. @returns loss and metrics of this batch */
  async trainOnBatch(
    x: TrainingBatch["x"],
    y: TrainingBatch["y"],
    options: { sampleWeight?: Tensor; classWeight?: ClassWeight } = {},
  ): Promise<Logs> {
    const { sampleWeight, classWeight } = options;
    return (await this.trainer()).trainOnBatch({ x, y, sampleWeight }, classWeight);
  }

  /** Loss and metrics over a data set. */
  async evaluate(
    data: TrainingData | TensorData,
    options: { batchSize?: number; classWeight?: ClassWeight } = {},
  ): Promise<Logs> {
    knownOptions("evaluate", options, { batchSize: true, classWeight: true });
    const { batchSize, classWeight } = options;
    const { evaluate, evaluationData } = await trainingPart();
    return evaluate(await this.trainer(), evaluationData(data, batchSize), { classWeight });
  }

  /**
   * Writes the model with its weights, and how far its training got.
   *
   * @param path the ending says the kind of file: `.h5`, `.keras`, `.onnx`
   * @param options.includeOptimizer whether training can go on from the file; true by default
   */
  async save(path: string, options: { includeOptimizer?: boolean } = {}): Promise<void> {
    knownOptions("save", options, { includeOptimizer: true });
    if (this.#host.save === undefined)
      throw new StriateError(`${path}: nothing can be written here`);
    await this.#host.save(path, await this.contents(options));
  }

  /** All that a file of this model holds. */
  async contents(options: { includeOptimizer?: boolean } = {}): Promise<OpenedModel> {
    const trained = await this.#training.contents(options);
    if (trained) return trained;
    return options.includeOptimizer === false
      ? { ...this.#opened, optimizer: undefined }
      : this.#opened;
  }

  /**
   * Brings what was trained into the network that the views look at. Everything here does it by
   * itself; only who uses `running` right after `trainOnBatch` must ask.
   */
  settle(): Promise<void> {
    return this.#training.settle();
  }

  /** {@link dispose}, for `await using model = await loadModel(...)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** What `console.log(model)` shows in Node: what it is, what goes in, what comes out. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return modelInWords(this.network);
  }

  /** Frees the engine's memory. */
  async dispose(): Promise<void> {
    await this.#training.close();
    await this.running.release();
  }
}

const isDataSet = (input: ModelInput | TrainingData): input is TrainingData =>
  typeof (input as Partial<TrainingData> | undefined)?.epoch === "function";
