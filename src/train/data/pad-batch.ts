import { sizeOf } from "../../base/shape.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import type { RandomInput } from "../../layers/define-layer.ts";
import type { StepBatch } from "../step/executor.ts";

/** A batch filled up to `rows` rows with zeros that have weight 0; the batch itself when it is full. */
export function padBatch(
  batch: StepBatch,
  rows: number,
  inputs: readonly RandomInput[],
): StepBatch {
  if (batch.rowWeight.length === rows) return batch;
  const rowWeight = new Float32Array(rows);
  rowWeight.set(batch.rowWeight);
  return {
    x: batch.x.map((value) => padRows(value, rows)),
    y: batch.y.map((value) => padRows(value, rows)),
    rowWeight,
    random: Object.fromEntries(
      inputs.map(({ value: name, shape }) => {
        const drawn = batch.random[name]!;
        return [name, shape[0] === null ? padRows(drawn, rows) : drawn];
      }),
    ),
  };
}

/** A tensor with rows of zeros behind its own. */
function padRows(value: Tensor, rows: number): Tensor {
  const shape = [rows, ...value.shape.slice(1)];
  const data = new Float32Array(sizeOf(shape));
  data.set(value.data as Float32Array);
  return float32(shape, data);
}
