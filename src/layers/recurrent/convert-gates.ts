import { checkedLength } from "../../base/checked-length.ts";
import { type Tensor, reshape, tensor, toFloat32 } from "../../base/tensor.ts";
import { transpose } from "../../base/transpose.ts";

/** Joins matrices (or vectors) side by side. */
function sideBySide(parts: readonly Tensor[]): Tensor {
  const floats = parts.map(toFloat32);
  const rank = floats[0]!.shape.length;
  const rows = floats[0]!.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const widths = floats.map((part) => part.shape[rank - 1]!);
  const width = widths.reduce((a, b) => a + b, 0);
  const data = new Float32Array(checkedLength(rows * width, "weights", 2 ** 28));
  let start = 0;
  floats.forEach((part, k) => {
    for (let row = 0; row < rows; row++)
      data.set(part.data.subarray(row * widths[k]!, (row + 1) * widths[k]!), row * width + start);
    start += widths[k]!;
  });
  return tensor("float32", [...floats[0]!.shape.slice(0, -1), width], data);
}

/** The blocks of columns of a matrix. */
function columnBlocks(matrix: Tensor, count: number): Tensor[] {
  const { data, shape } = toFloat32(matrix);
  const [rows, columns] = shape as [number, number];
  const width = columns / count;
  // bounded: the gates of a cell, three or four
  return Array.from({ length: count }, (_, k) => {
    const block = new Float32Array(checkedLength(rows * width, "weights", 2 ** 28));
    for (let row = 0; row < rows; row++)
      block.set(
        data.subarray(row * columns + k * width, row * columns + (k + 1) * width),
        row * width,
      );
    return tensor("float32", [rows, width], block);
  });
}

/**
 * The three arrays of an LSTM or GRU (kernel, recurrent kernel, bias) from those of older files.
 *
 * Keras 1 kept three arrays a gate: LSTM i, c, f, o (today i, f, c, o), GRU z, r, h. CuDNN layers kept
 * the blocks of their kernels transposed, and two biases, which an LSTM adds up.
 *
 * Source: `preprocess_weights_for_loading` and `_convert_rnn_weights`,
 * https://github.com/keras-team/tf-keras/blob/master/tf_keras/saving/legacy/hdf5_format.py
 */
export function convertGates(arrays: readonly Tensor[], gates: 3 | 4): readonly Tensor[] {
  if (arrays.length === 3 * gates) {
    const order = gates === 4 ? [0, 2, 1, 3] : [0, 1, 2];
    return [0, 1, 2].map((part) => sideBySide(order.map((gate) => arrays[3 * gate + part]!)));
  }
  const [kernel, recurrent, bias] = arrays;
  const units = recurrent?.shape[0] ?? 0;
  if (bias?.shape.length !== 1 || bias.shape[0] !== 2 * units * gates) return arrays;
  const features = kernel!.shape[0]!;
  const kernels = columnBlocks(kernel!, gates).map((block) =>
    transpose(reshape(block, [units, features]), [1, 0]),
  );
  const recurrents = columnBlocks(recurrent!, gates).map((block) => transpose(block, [1, 0]));
  return [
    sideBySide(kernels),
    sideBySide(recurrents),
    gates === 4 ? addHalves(bias) : reshape(bias, [2, units * gates]),
  ];
}

function addHalves(bias: Tensor): Tensor {
  const { data } = toFloat32(bias);
  const half = data.length / 2;
  const sum = new Float32Array(half);
  for (let i = 0; i < half; i++) sum[i] = data[i]! + data[half + i]!;
  return tensor("float32", [half], sum);
}
