import { largest } from "../../base/extremes.ts";
import { StriateError } from "../../base/errors.ts";
import { formatShape, permute } from "../../base/shape.ts";
import { type Tensor, toFloat32 } from "../../base/tensor.ts";
import { transpose } from "../../base/transpose.ts";
import type { Layout } from "../../data/pictures/preprocess.ts";
import type { Reduction } from "../../training/losses/define-loss.ts";
import { type Network, type Port, checkInput } from "../../model/network.ts";
import { channelAxis } from "../../model/photo/photo-input.ts";
import type { OutputLoss } from "../compile/compiled.ts";
import { fitTarget } from "../compile/fit-target.ts";
import { type TrainingBatch, tensorsFor } from "./training-data.ts";

/** How much each class counts, by class number. */
export type ClassWeight = Readonly<Record<number, number>>;

/** A batch as the executor and the metrics take it. */
export interface PreparedBatch {
  rows: number;
  /** float32, in the graph's layout. */
  x: Tensor<"float32">[];
  /** float32, in the shape that the losses want. */
  y: Tensor<"float32">[];
  /** Sample weight times class weight of each row; null where all are 1. */
  weights: Float32Array | null;
}

/**
 * Checks a batch against the network and turns it into the graph's layout.
 *
 * @throws StriateError where a shape does not fit, or a number is NaN or infinite: a single one would
 * make every weight NaN
 */
export function prepareBatch(
  network: Pick<Network, "inputs" | "outputs">,
  losses: readonly OutputLoss[],
  batch: TrainingBatch,
  classWeight?: ClassWeight,
): PreparedBatch {
  const xs = tensorsFor(batch.x, network.inputs, "input");
  const ys = tensorsFor(batch.y, network.outputs, "output");
  const rows = xs[0]!.shape[0]!;
  const x = network.inputs.map((port, i) => {
    const value = graphInput(xs[i]!, port, batch.layout);
    checkRows(value, rows, `input "${port.name}"`);
    checkFinite(value, `input "${port.name}"`, batch.ids);
    return value;
  });
  const y = network.outputs.map((port, i) => {
    checkRows(ys[i]!, rows, `labels of output "${port.name}"`);
    const target = fitTarget(ys[i]!, port, losses[i]!.definition);
    checkFinite(target, `labels of output "${port.name}"`, batch.ids);
    return target;
  });
  return { rows, x, y, weights: weightsOf(batch, rows, y, classWeight) };
}

/** The row weights that the loss graph takes: divided as the reduction says. */
export function rowWeights(
  rows: number,
  weights: Float32Array | null,
  reduction: Reduction,
): Float32Array {
  const each = weights ?? new Float32Array(rows).fill(1);
  if (reduction === "sum") return each;
  const sum = each.reduce((total, weight) => total + weight, 0);
  const by = reduction === "mean_with_sample_weight" ? sum : rows;
  return by === 0 ? each : each.map((weight) => weight / by);
}

const toFirst = [0, 3, 1, 2];
const toLast = [0, 2, 3, 1];

/** A tensor of a batch as the graph takes it: float32, and channels where the graph has them. */
export function graphInput(
  value: Tensor,
  port: Port,
  layout: Layout | undefined,
): Tensor<"float32"> {
  const numbers = toFloat32(value);
  if (layout === undefined || port.order.length !== 4) {
    checkInput(value, port);
    return transpose(numbers, port.order);
  }
  const graphs = channelAxis(port) === 1 ? "NCHW" : "NHWC";
  const turned =
    layout === graphs ? numbers : transpose(numbers, graphs === "NCHW" ? toFirst : toLast);
  checkInput(turned, { ...port, shape: permute(port.shape, port.order) });
  return turned;
}

function checkRows(value: Tensor, rows: number, what: string): void {
  if (value.shape[0] !== rows)
    throw new StriateError(
      `${what}: expected ${rows} rows, as the first input has, got shape ${formatShape(value.shape)}`,
    );
}

function checkFinite(
  { data, shape }: Tensor<"float32">,
  what: string,
  ids: readonly string[] | undefined,
): void {
  // 0 times a number is 0, unless it is NaN or infinite. Four sums at once: one would wait on itself.
  let [a, b, c, d] = [0, 0, 0, 0];
  const end = data.length - (data.length % 4);
  for (let i = 0; i < end; i += 4) {
    a += data[i]! * 0;
    b += data[i + 1]! * 0;
    c += data[i + 2]! * 0;
    d += data[i + 3]! * 0;
  }
  for (let i = end; i < data.length; i++) a += data[i]! * 0;
  if (a + b + c + d === 0) return;
  const at = data.findIndex((number) => !Number.isFinite(number));
  const row = Math.floor(at / (data.length / shape[0]!));
  throw new StriateError(
    `${what}: ${ids?.[row] ?? `row ${row}`} holds ${data[at]}, which would spoil every weight; ` +
      `nothing was trained on this batch`,
  );
}

function weightsOf(
  { sampleWeight }: TrainingBatch,
  rows: number,
  [y]: readonly Tensor<"float32">[],
  classWeight: ClassWeight | undefined,
): Float32Array | null {
  if (sampleWeight === undefined && classWeight === undefined) return null;
  const weights = new Float32Array(rows).fill(1);
  if (sampleWeight) {
    if (sampleWeight.data.length !== rows)
      throw new StriateError(
        `sampleWeight: expected one weight for each of ${rows} rows, got shape ${formatShape(sampleWeight.shape)}`,
      );
    weights.set(toFloat32(sampleWeight).data);
  }
  if (classWeight)
    for (let row = 0; row < rows; row++) weights[row]! *= classWeight[classOf(y!, row)] ?? 1;
  return weights;
}

/** The class of a row: its number, or the place of the largest entry of a one-hot label. */
function classOf({ data, shape }: Tensor<"float32">, row: number): number {
  const units = data.length / shape[0]!;
  if (units === 1) return data[row]!;
  const own = data.subarray(row * units, (row + 1) * units);
  return own.indexOf(largest(own));
}
