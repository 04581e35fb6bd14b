import { UnsupportedError } from "../../../base/errors.ts";
import { toNumbers } from "../../../base/tensor.ts";
import { type TfOp } from "../define-op.ts";
import { cubic } from "./bicubic.ts";
import { resizeByMatrices } from "./resize-matrix.ts";

/** A kernel of a resize: its value at a distance in pixels, 0 from `radius` on. */
interface Kernel {
  readonly radius: number;
  readonly at: (distance: number) => number;
}

const lanczos = (radius: number): Kernel => ({
  radius,
  at: (x) =>
    x <= 1e-3
      ? 1
      : (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * x) ** 2,
});

const kernels: Readonly<Record<string, Kernel>> = {
  lanczos1: lanczos(1),
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
  gaussian: { radius: 1.5, at: (x) => Math.exp((-x * x) / (2 * 0.5 ** 2)) },
  box: { radius: 1, at: (x) => (x < 0.5 ? 1 : x === 0.5 ? 0.5 : 0) },
  triangle: { radius: 1, at: (x) => 1 - x },
  keyscubic: { radius: 2, at: (x) => cubic(x, -0.5) },
  mitchellcubic: {
    radius: 2,
    at: (x) =>
      x >= 1 ? (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9 : ((7 / 6) * x - 2) * x * x + 8 / 9,
  },
};

/** Resizing along one axis as a matrix `(to, from)`: each row sums to one, or is outside of the picture. */
function fillByKernel(
  matrix: Float32Array,
  from: number,
  to: number,
  kernel: Kernel,
  how: { scale: number; shift: number; antialias: boolean },
): void {
  const inverse = 1 / how.scale;
  const wide = how.antialias ? Math.max(inverse, 1) : 1;
  for (let row = 0; row < to; row++) {
    const place = (row + 0.5) * inverse - inverse * how.shift;
    if (place < 0 || place > from) continue;
    const within = (column: number) => Math.min(Math.max(column, 0), from - 1);
    const first = within(Math.ceil(place - kernel.radius * wide - 0.5));
    const last = within(Math.floor(place + kernel.radius * wide - 0.5));
    let sum = 0;
    for (let column = first; column <= last; column++) {
      const distance = Math.abs(column + 0.5 - place) / wide;
      const weight = distance < kernel.radius ? kernel.at(distance) : 0;
      matrix[row * from + column] = weight;
      sum += weight;
    }
    if (sum !== 0)
      for (let column = first; column <= last; column++) matrix[row * from + column]! /= sum;
  }
}

/**
 * Resizing with a kernel, as `tf.image.resize` writes it with `antialias` and for the methods that are not
 * linear or nearest.
 *
 * Source: tensorflow/core/kernels/image/scale_and_translate_op.cc
 */
export const scaleAndTranslate: TfOp = {
  ops: "ScaleAndTranslate",
  kind: "reshaping",
  lower(context) {
    const { attributes, input } = context;
    const name = attributes.text("kernel_type", "lanczos3");
    const kernel = Object.hasOwn(kernels, name) ? kernels[name] : undefined;
    if (kernel === undefined) throw new UnsupportedError(`its kernel ${name} is not known`);
    const [scales, shifts] = [2, 3].map((i) => {
      const { constant } = input(i);
      return constant && toNumbers(constant);
    });
    if (shifts === undefined) throw new UnsupportedError("it moves by what the photo says");
    const antialias = attributes.flag("antialias", true);
    return resizeByMatrices(context, (matrix, from, to, axis) => {
      // A scale that is computed is that of the sizes.
      const how = { scale: scales?.[axis] ?? to / from, shift: shifts[axis] ?? 0, antialias };
      fillByKernel(matrix, from, to, kernel, how);
    });
  },
};
