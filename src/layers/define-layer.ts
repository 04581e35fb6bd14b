import type { DataType, Tensor } from "../base/tensor.ts";
import { StriateError } from "../base/errors.ts";
import { type Fields, type Values, field } from "../base/fields.ts";
import { formatShape } from "../base/shape.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { CallArguments } from "./arguments.ts";
import type { KerasVersion } from "./keras-version.ts";

/** A shape as Keras says it: the batch first, null for a length that is not known. */
export type KerasShape = readonly (number | null)[];

/** What a layer is, for people and for views; never guessed from its name. */
export type LayerKind =
  | "input"
  | "convolution"
  | "pooling"
  | "dense"
  | "activation"
  | "normalization"
  | "regularization"
  | "reshaping"
  | "merging"
  | "preprocessing"
  | "attention"
  | "recurrent"
  | "embedding"
  | "wrapper"
  | "arithmetic"
  | "model"
  | "other";

/**
 * A tensor while a model is lowered: a value of the graph, and how a Keras user sees it.
 *
 * `order` says how the two are related: axis `i` of the graph value is axis `order[i]` of the Keras
 * tensor. A picture of a channels_last model has Keras shape `(N, H, W, C)` and order `[0, 3, 1, 2]`,
 * since inside graphs everything is NCHW.
 */
export interface SymbolicTensor {
  value: string;
  shape: KerasShape;
  order: readonly number[];
  type: DataType;
  /**
   * A boolean graph value of shape `(N, T)`: the steps of a sequence that count. Made by Masking and
   * Embedding, read by recurrent layers and attention; a layer that keeps the steps passes it on.
   */
  mask?: string;
}

/** Declares one weight of a layer. */
export interface WeightSpec {
  /** Keras' own name: `kernel`, `bias`, `gamma`. */
  name: string;
  /** Shape in the file. */
  shape: readonly number[];
  trainable: boolean;
  /** The serialized Keras initializer, or its name. */
  initializer: unknown;
  /** The serialized Keras regularizer, if any. */
  regularizer?: unknown;
  /** The serialized Keras constraint, if any. */
  constraint?: unknown;
  /**
   * How the weight lies in the graph: first its axes are put in this order, then it takes
   * `graphShape`. A Conv2D kernel `(h, w, in, out)` has order `[3, 2, 0, 1]`. As it is by default.
   */
  order?: readonly number[];
  graphShape?: readonly number[];
  /**
   * The object inside the layer that holds the weight in a `.keras` file: `cell` of an LSTM,
   * `query_dense` of an attention layer. The layer itself by default.
   */
  holder?: string;
  /** Another object that keeps the same weight there: what a wrapper shares with its layer. */
  alsoIn?: string;
}

/** A random tensor that each training step draws anew, fed as an input of the step's graph. */
export interface RandomInput {
  /** Name of the graph input. */
  value: string;
  /** Shape in the graph; the batch is null. */
  shape: readonly (number | null)[];
  /**
   * `dropout`: 0 with probability `rate`, else `1 / (1 - rate)`; `normal`: mean 0 and deviation
   * `rate`; `uniform`: in [0, 1); `share`: 1 / rows, the part of the batch that a row is.
   */
  distribution: "dropout" | "normal" | "uniform" | "share";
  rate: number;
}

/** What `lower` may use. */
export interface LowerContext<C> {
  b: GraphBuilder;
  config: C;
  /** The layer's address, for names of values and for messages. */
  address: string;
  inputs: readonly SymbolicTensor[];
  /** Shapes that `outputShape` gave. */
  outputShapes: readonly KerasShape[];
  /** Training behaviour: dropout drops, batch normalisation uses the batch. */
  training: boolean;
  /** Major version of the Keras whose meaning of words the file follows. */
  kerasVersion: KerasVersion;
  /** The arguments of the call, for the few layers that take more than tensors. */
  call: CallArguments;
  /** Whether the weight exists (a bias may not). */
  hasWeight(name: string): boolean;
  /** The graph value of a weight, in the order that its spec declares. */
  weight(name: string): string;
  /** The value of `x` with its Keras axes in the given order; transposes only where it must. */
  arrange(x: SymbolicTensor, order: readonly number[]): string;
  /** `arrange` with Keras' own order: the value looks as the Keras user sees it. */
  plain(x: SymbolicTensor): string;
  /** Registers a random tensor of a training step and returns its graph value. */
  random(
    distribution: RandomInput["distribution"],
    rate: number,
    like: SymbolicTensor,
    shape?: readonly (number | null)[],
  ): string;
  /**
   * Says that while `work` runs, `steps` steps of a sequence stand in the batch: random tensors are
   * drawn for each of them.
   */
  withSteps<T>(steps: number | null, work: () => T): T;
  /** Says that a weight that is not trained takes a new value after the step (moving averages). */
  update(weight: string, value: string): void;
  /** Says that the size of a value counts in the loss, as a serialized regularizer prices it. */
  penalize(x: SymbolicTensor, regularizer: unknown): void;
  /** Remembers the value before the activation, and the activation, so that views can ask for them. */
  preActivation(x: SymbolicTensor, activation: string): void;
  /** Lowers the model that a wrapper (TimeDistributed) holds, where it holds one. */
  lowerModel?(inputs: readonly SymbolicTensor[]): SymbolicTensor[];
}

/** What the conversion of weights needs to know of the file. */
export interface WeightOrigin {
  version: KerasVersion;
  /** The class name in the file, which may be another one than the definition's: `CuDNNLSTM`. */
  className: string;
  /** Theano flips the kernels of a convolution, TensorFlow does not. */
  backend: "theano" | "tensorflow";
}

/** What people and views want to know of a layer beside its kind, where it is so. */
export interface LayerFacts {
  /** What it is called beside other layers: `BN`. */
  shortName?: string;
  /** It is its activation and nothing else, by whose name people know it. */
  isItsActivation?: true;
  /** It changes only in which order elements lie: another file of the same network may do without. */
  isLayout?: true;
  /** It scales what comes in: photos come to it as bytes. */
  scales?: true;
}

/** Everything that is known about one Keras layer class. */
export interface LayerDefinition<F extends Fields = Fields> {
  className: string;
  /** Other class names for the same thing: Keras 1 spellings, renamed classes. */
  aliases?: readonly string[];
  /** The class's name in Python, by which a `.keras` file calls its weights, where it is another one. */
  pythonClass?: string;
  kind: LayerKind;
  facts?: LayerFacts;
  fields: F;
  /** Number of axes that an input must have, the batch included, where there is only one right number. */
  inputRank?: number;
  /** Keras' page, paper: what this implements. */
  source?: string;
  /** Turns a Keras 1 configuration into today's keys. */
  fromKeras1?(config: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** Turns a Keras 2 configuration (or one that came through `fromKeras1`) into today's keys. */
  fromKeras2?(config: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /**
   * The weights, in the order of `layer.get_weights()` in Keras 2 and 3 (a file lists trainable ones
   * before the others).
   */
  weights?(config: Values<F>, inputs: readonly KerasShape[], call?: CallArguments): WeightSpec[];
  /**
   * Turns the arrays of a Keras 1 or 2 file into those that `weights` declares, where they differ:
   * Keras 1's own layouts, Theano's flipped kernels, an LSTM of twelve arrays.
   */
  convertWeights?(
    arrays: readonly Tensor[],
    config: Values<F>,
    origin: WeightOrigin,
  ): readonly Tensor[];
  /**
   * Shapes of the outputs; a single shape for a layer with one output.
   *
   * @param inner shapes that the model inside puts out, for a wrapper that holds one
   */
  outputShape(
    config: Values<F>,
    inputs: readonly KerasShape[],
    call: CallArguments,
    inner?: readonly KerasShape[],
  ): KerasShape | KerasShape[];
  lower(context: LowerContext<Values<F>>): SymbolicTensor | SymbolicTensor[];
  /**
   * The regularizer of the layer's outputs; `activity_regularizer` of the configuration by default.
   */
  activityRegularizer?(config: Values<F>): unknown;
  /** Whether in training an output row depends on other rows of the batch. */
  couplesBatch?: boolean;
}

/** Defines a layer. One line in the index, and the reading, the training and the page know it. */
export function defineLayer<const F extends Fields>(
  definition: LayerDefinition<F>,
): LayerDefinition<F> {
  const { inputRank, weights, outputShape } = definition;
  if (inputRank === undefined) return definition;
  const check = ([input]: readonly KerasShape[]) => {
    if (input !== undefined && input.length !== inputRank)
      throw new StriateError(
        `expected an input of ${inputRank} axes, the batch included, got ${input.length}: ${formatShape(input)}`,
      );
  };
  return {
    ...definition,
    ...(weights && {
      weights(config, inputs, call) {
        check(inputs);
        return weights(config, inputs, call);
      },
    }),
    outputShape(config, inputs, call, inner) {
      check(inputs);
      return outputShape(config, inputs, call, inner);
    },
  };
}

/** Fields that every Keras layer has. `name` is given by the model when it is null. */
export const commonFields = {
  trainable: field.boolean(true),
  dtype: field.json(),
};
