import { StriateError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Image } from "../data/image.ts";
import { type Preprocessing, prepareImage } from "../data/preprocess.ts";
import type { OpenedModel } from "../formats/format.ts";
import type { KerasModel } from "../model/model.ts";
import type { Network, NetworkLayer } from "../model/network.ts";
import { toUser } from "../model/network.ts";
import { type PreprocessingChoice, preprocessingFor } from "../model/photo-input.ts";
import { RunningNetwork } from "../model/running.ts";
import { type NetworkSummary, formatSummary, summarize } from "../model/summary.ts";
import type { Runtime, SessionOptions } from "../runtime/runtime.ts";
import { type ClassScore, readPrediction } from "../views/prediction.ts";

/** What a model takes: a photo, a tensor for its one input, or tensors by input name. */
export type ModelInput = Image | Tensor | Readonly<Record<string, Tensor>>;

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

  constructor(opened: OpenedModel, runtime: Runtime, options: SessionOptions = {}) {
    this.network = opened.network;
    this.keras = opened.keras;
    this.running = new RunningNetwork(opened.network, runtime, options);
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
   * @returns `(N, units)` for a classifier
   */
  async predict(input: ModelInput, choice?: PreprocessingChoice): Promise<Tensor> {
    return (await this.predictAll(input, choice))[0]!;
  }

  /** All outputs of the model. */
  async predictAll(input: ModelInput, choice?: PreprocessingChoice): Promise<Tensor[]> {
    const ports = this.network.outputs;
    const results = await this.running.run(
      this.feeds(input, choice),
      ports.map((port) => port.value),
    );
    return results.map((value, i) => toUser(value, ports[i]!));
  }

  /** The classes with their scores, best first, for one photo. */
  async classify(photo: ModelInput, labels = this.network.labels): Promise<ClassScore[]> {
    const prediction = readPrediction(this.network, await this.predict(photo), labels);
    if (prediction === undefined)
      throw new StriateError(`${this.name}: the output is no list of classes; use predict`);
    return prediction.scores;
  }

  /** How a photo is prepared for this model, with the caller's choice on top. */
  preprocessing(choice?: PreprocessingChoice): Preprocessing {
    return preprocessingFor(this.network, choice).how;
  }

  /** Tensors by input name, from whatever the caller has. */
  feeds(input: ModelInput, choice?: PreprocessingChoice): Record<string, Tensor> {
    if (isImage(input)) {
      const { how, input: place } = preprocessingFor(this.network, choice);
      return { [place.port.name]: prepareImage(input, how, place.layout) };
    }
    if (!isTensor(input)) return { ...input };
    const [first, ...others] = this.network.inputs;
    if (first === undefined || others.length > 0)
      throw new StriateError(
        `${this.name}: the model has ${this.network.inputs.length} inputs; give tensors by name: ${this.network.inputs.map((port) => port.name).join(", ")}`,
      );
    return { [first.name]: input };
  }

  /** Frees the engine's memory. */
  dispose(): Promise<void> {
    return this.running.release();
  }
}

const isTensor = (input: ModelInput): input is Tensor => "type" in input && "shape" in input;
const isImage = (input: ModelInput): input is Image => "width" in input && "origin" in input;
