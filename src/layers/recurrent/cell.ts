import { StriateError } from "../../base/errors.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { activate } from "../activations.ts";
import type { WeightSpec } from "../define-layer.ts";
import { trainedWeight } from "../kernel-fields.ts";
import type { KerasVersion } from "../layer.ts";
import { plainTensor } from "../symbolic.ts";

/** What a cell may use when it writes a step. */
export interface CellScope {
  kerasVersion: KerasVersion;
  /** The graph value of one of the cell's weights. */
  weight(name: string): string;
}

/** What happens at one step of a recurrent layer. */
export interface Cell {
  /** @param features length of the input's last axis */
  weights(features: number): WeightSpec[];
  /** Lengths of the states. */
  stateSizes: readonly number[];
  /** Which of the states is the output of a step; the first by default. */
  output?: number;
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

/** `x W + b`. */
export function affine(b: GraphBuilder, x: string, kernel: string, bias?: string): string {
  const product = b.op("MatMul", [x, kernel]);
  return bias === undefined ? product : b.op("Add", [product, bias]);
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

/** Dropout inside a recurrent layer is not written: it must not be left out in silence. */
export function refuseTrainingDropout(
  config: Pick<CellConfig, "dropout" | "recurrent_dropout">,
  training: boolean,
): void {
  if (training && (config.dropout > 0 || config.recurrent_dropout > 0))
    throw new StriateError(
      "dropout inside a recurrent layer is not trained here; set dropout and recurrent_dropout to 0 and use a Dropout layer",
    );
}
