import type { GraphBuilder } from "../../graph/builder.ts";
import { activate } from "../activation/activations.ts";
import type { WeightSpec } from "../define-layer.ts";
import { trainedWeight } from "../fields/kernel-fields.ts";
import type { KerasVersion } from "../keras-version.ts";
import { plainTensor } from "../symbolic.ts";

/** What a cell may use when it writes a step. */
export interface CellScope {
  kerasVersion: KerasVersion;
  /** The graph value of one of the cell's weights. */
  weight(name: string): string;
  /** What dropout makes of inputs and states; nothing at inference. */
  masks?: CellMasks;
}

/**
 * Dropout masks of a cell, `(N, width)` each, the same ones at every step: none, one for all gates, or
 * one for each gate.
 */
export interface CellMasks {
  input: readonly string[];
  recurrent: readonly string[];
  /** Of the cells that this one is made of. */
  inner?: readonly CellMasks[];
}

/** Draws a dropout mask `(N, width)`. */
export type DrawMask = (rate: number, width: number) => string;

/** What happens at one step of a recurrent layer. */
export interface Cell {
  /** @param features length of the input's last axis */
  weights(features: number): WeightSpec[];
  /** Lengths of the states. */
  stateSizes: readonly number[];
  /** Which of the states is the output of a step; the first by default. */
  output?: number;
  /** Draws what the cell drops in training. */
  masks(features: number, draw: DrawMask): CellMasks;
  /** The part of a step that does not need the states, for all steps `(T, N, F)` at once. */
  project(b: GraphBuilder, scope: CellScope, sequence: string): string;
  /**
   * The states after the step.
   * @param x what `project` made of the step's input, `(N, ...)`
   */
  step(b: GraphBuilder, scope: CellScope, x: string, states: readonly string[]): string[];
}

/** The part of a cell's configuration that all cells share. */
export interface CellConfig {
  units: number;
  use_bias: boolean;
  dropout: number;
  recurrent_dropout: number;
  trainable?: boolean;
}

/** The weights of a cell whose gates stand side by side: kernel, recurrent kernel, bias. */
export function gateWeights(
  config: CellConfig,
  features: number,
  gates: number,
  biasRows = 1,
): WeightSpec[] {
  const width = config.units * gates;
  const settings = { trainable: true, ...config };
  const specs = [
    trainedWeight("kernel", [features, width], settings),
    trainedWeight("recurrent_kernel", [config.units, width], settings, { key: "recurrent" }),
  ];
  const bias = biasRows === 1 ? [width] : [biasRows, width];
  return config.use_bias ? [...specs, trainedWeight("bias", bias, settings)] : specs;
}

/**
 * The masks of a cell with gates. Keras has one mask of the input for all gates; where states are
 * dropped too, each gate has masks of its own.
 */
export function gateMasks(
  { dropout, recurrent_dropout, units }: CellConfig,
  features: number,
  gates: number,
  draw: DrawMask,
): CellMasks {
  const drawn = (rate: number, width: number, count: number): string[] =>
    // bounded: the gates of a cell
    rate > 0 && rate < 1 ? Array.from({ length: count }, () => draw(rate, width)) : [];
  return {
    input: drawn(dropout, features, recurrent_dropout > 0 ? gates : 1),
    recurrent: drawn(recurrent_dropout, units, gates),
  };
}

/** `x W + b`, with `x` dropped by masks: of all gates, or of each. */
export function affine(
  b: GraphBuilder,
  x: string,
  kernel: string,
  bias?: string,
  masks: readonly string[] = [],
): string {
  const product = maskedProduct(b, x, kernel, masks);
  return bias === undefined ? product : b.op("Add", [product, bias]);
}

function maskedProduct(
  b: GraphBuilder,
  x: string,
  kernel: string,
  masks: readonly string[],
): string {
  if (masks.length === 0) return b.op("MatMul", [x, kernel]);
  if (masks.length === 1) return b.op("MatMul", [b.op("Mul", [x, masks[0]!]), kernel]);
  const kernels = splitGates(b, kernel, masks.length);
  const products = masks.map((mask, i) => b.op("MatMul", [b.op("Mul", [x, mask]), kernels[i]!]));
  return b.op("Concat", products, { axis: -1 });
}

/** Cuts the last axis into gates. */
export function splitGates(b: GraphBuilder, x: string, gates: number, axis = -1): string[] {
  return b.ops("Split", [x], { axis, num_outputs: gates }, { outputCount: gates });
}

/** The activation of a cell, on a value `(N, units)`. */
export function cellActivation(
  b: GraphBuilder,
  { kerasVersion }: Pick<CellScope, "kerasVersion">,
  x: string,
  serialized: unknown,
): string {
  const context = { b, kerasVersion, preActivation: () => undefined };
  return activate(context, plainTensor(x, [null, null]), serialized).value;
}
