import { checkedLength } from "../../base/checked-length.ts";
/** The ways of `tf.image.resize` that are not plain nearest or bilinear. */
export type Kernel =
  "bilinear" | "bicubic" | "lanczos3" | "lanczos5" | "gaussian" | "mitchellcubic" | "area";

interface Filter {
  radius: number;
  at(x: number): number;
}

const lanczos = (radius: number): Filter => ({
  radius,
  at: (x) =>
    x > radius
      ? 0
      : x <= 1e-3
        ? 1
        : (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * x) ** 2,
});

/** Source: https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/util/image_resizer_state.h and sampling_kernels.h */
const filters: Readonly<Record<Exclude<Kernel, "area">, Filter>> = {
  bilinear: { radius: 1, at: (x) => Math.max(0, 1 - x) },
  bicubic: {
    radius: 2,
    at: (x) =>
      x >= 2 ? 0 : x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1,
  },
  mitchellcubic: {
    radius: 2,
    at: (x) =>
      x >= 2
        ? 0
        : x >= 1
          ? (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9
          : ((7 / 6) * x - 2) * x * x + 8 / 9,
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
  gaussian: { radius: 1.5, at: (x) => (x >= 1.5 ? 0 : Math.exp(-(x ** 2) / (2 * 0.5 ** 2))) },
};

/**
 * A resize along one axis as a matrix `(to, from)`: each output pixel is a weighted sum of input
 * pixels.
 *
 * @param antialias widens the kernel when the picture shrinks
 */
export function resizeWeights(
  from: number,
  to: number,
  kernel: Kernel,
  antialias: boolean,
): Float32Array {
  const matrix = new Float32Array(checkedLength(from * to, "weights of a resizing"));
  const step = from / to;
  for (let row = 0; row < to; row++) {
    const weights =
      kernel === "area"
        ? areaWeights(from, row, step)
        : kernel === "bicubic" && !antialias
          ? cubicWeights(from, row, step)
          : filterWeights(from, (row + 0.5) * step, filters[kernel], antialias ? step : 1);
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    for (const [column, weight] of weights) matrix[row * from + column]! += weight / total;
  }
  return matrix;
}

function filterWeights(
  from: number,
  center: number,
  { radius, at }: Filter,
  step: number,
): Map<number, number> {
  const scale = Math.max(step, 1);
  const first = Math.max(0, Math.ceil(center - radius * scale - 0.5));
  const last = Math.min(from - 1, Math.floor(center + radius * scale - 0.5));
  const weights = new Map<number, number>();
  for (let i = first; i <= last; i++) weights.set(i, at(Math.abs((i + 0.5 - center) / scale)));
  return weights;
}

/** TensorFlow's `ResizeBicubic` reads its kernel from a table of 1024 places between two pixels. */
function cubicWeights(from: number, row: number, step: number): Map<number, number> {
  const exact = (row + 0.5) * step - 0.5;
  const left = Math.floor(exact);
  const fraction = Math.round((exact - left) * 1024) / 1024;
  const weights = new Map<number, number>();
  for (let i = -1; i <= 2; i++) {
    const column = left + i;
    if (column < 0 || column >= from) continue;
    weights.set(column, filters.bicubic.at(Math.abs(i - fraction)));
  }
  return weights;
}

/** How much of each input pixel lies under the output pixel. */
function areaWeights(from: number, row: number, step: number): Map<number, number> {
  const start = row * step;
  const end = (row + 1) * step;
  const weights = new Map<number, number>();
  for (let i = Math.floor(start); i < Math.min(from, Math.ceil(end)); i++)
    weights.set(i, Math.min(i + 1, end) - Math.max(i, start));
  return weights;
}
