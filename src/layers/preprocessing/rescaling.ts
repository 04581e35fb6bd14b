import { permute } from "../../base/shape.ts";
import { float32 } from "../../base/tensor.ts";
import { transpose } from "../../base/transpose.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { type SymbolicTensor, commonFields, defineLayer } from "../define-layer.ts";
import {
  type Numbers,
  flattenNumbers,
  numbersField,
  shapeOfNumbers,
} from "../fields/numbers-field.ts";

/**
 * A constant that broadcasts against `x` as NumPy does in the Keras layout: its last axis belongs to
 * the last axis of `x`.
 */
export function constantLike(b: GraphBuilder, numbers: Numbers, x: SymbolicTensor): string {
  const shape = shapeOfNumbers(numbers);
  const data = flattenNumbers(numbers);
  if (data.length === 1) return b.f32(data[0]!);
  const full = [...new Array<number>(x.shape.length - shape.length).fill(1), ...shape];
  const constant = transpose(float32(full, data), x.order);
  return b.constant({ ...constant, shape: permute(full, x.order) });
}

/**
 * `x * scale + offset`; both may be vectors along the last axis.
 *
 * Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/
 */
export const rescaling = defineLayer({
  className: "Rescaling",
  facts: { scales: true },
  kind: "preprocessing",
  fields: { ...commonFields, scale: numbersField(), offset: numbersField(0) },
  outputShape: (_, [input]) => input!,
  lower({ b, config, inputs }) {
    const x = inputs[0]!;
    const scaled = b.op("Mul", [x.value, constantLike(b, config.scale ?? 1, x)]);
    const offset = config.offset ?? 0;
    if (flattenNumbers(offset).every((each) => each === 0)) return { ...x, value: scaled };
    return { ...x, value: b.op("Add", [scaled, constantLike(b, offset, x)]) };
  },
});
