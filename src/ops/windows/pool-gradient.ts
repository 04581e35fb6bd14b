import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import { spatialAxes } from "../facts/axes.ts";
import { transposedConv } from "./conv-gradient.ts";
import type { GradientContext } from "../define-op.ts";
import type { Formula } from "../facts/formula.ts";
import type { PoolAttributes } from "./window-attributes.ts";
import { type ConcreteWindow, concreteWindows, reach } from "./window.ts";

type Gradients = (string | null)[];

/**
 * y = max of each window: dx = g at the place of the maximum. Where several are equal the first one in
 * row-major order takes it, as in TensorFlow on the CPU and in PyTorch.
 *
 * Windows that do not overlap are a MaxUnpool of g; where they do, an element adds up the gradients
 * of all the windows that it won.
 */
export function maxPoolGradient(context: GradientContext<PoolAttributes>): Gradients {
  const { b, f, grad, inputs, outputs, node, shape } = context;
  const windows = windowsFor(context);
  const indices =
    outputs[1] ||
    b.ops(
      "MaxPool",
      inputs,
      { ...node.attributes, storage_order: undefined },
      { outputCount: 2 },
    )[1]!;
  if (windows.every((window) => window.stride >= reach(window))) {
    // The shape is told: the window attributes are only there to guess it, and must not ask for more.
    const ones = windows.map(() => 1);
    const places = [grad, indices, b.i64(shape(0))];
    return [b.op("MaxUnpool", places, { kernel_shape: ones, strides: ones })];
  }
  const flat = b.op(
    "ScatterElements",
    [f.zeros([sizeOf(shape(0))]), f.reshape(indices, [-1]), f.reshape(grad, [-1])],
    { axis: 0, reduction: "add" },
  );
  return [f.reshape(flat, shape(0))];
}

/** y[i] = x where the index says: dx = g at these indices. */
export function maxUnpoolGradient({ b, f, grad, inputs }: GradientContext<unknown>): Gradients {
  return [b.op("Gather", [f.reshape(grad, [-1]), inputs[1]!]), null, null];
}

/** y = mean of each window: dx = g / count, spread over the window. */
export function averagePoolGradient(
  context: GradientContext<PoolAttributes & { count_include_pad: number }>,
): Gradients {
  const { f, grad, attributes } = context;
  const windows = windowsFor(context);
  const counts = windows.map((window) => countsOf(window, attributes.count_include_pad !== 0));
  const even = counts.every((list) => new Set(list).size === 1);
  if (even)
    return [spread(context, grad, windows, 1 / counts.reduce((n, list) => n * list[0]!, 1))];
  const inverse = outer(counts).map((count) => 1 / count);
  const weighted = f.mul(grad, f.constant(inverse, [1, 1, ...counts.map((list) => list.length)]));
  return [spread(context, weighted, windows, 1)];
}

/** y = (sum |x|^p)^(1/p): dx = sign(x) |x|^(p-1) times g y^(1-p), spread over the window. */
export function lpPoolGradient(
  context: GradientContext<PoolAttributes & { p: number }>,
): Gradients {
  const { f, grad, inputs, outputs, attributes } = context;
  const part = normPart(f, grad, outputs[0]!, attributes.p);
  return [
    f.mul(powerSlope(f, inputs[0]!, attributes.p), spread(context, part, windowsFor(context), 1)),
  ];
}

/** y = mean over space: dx = g / count everywhere. */
export function globalAveragePoolGradient({ f, grad, shape }: GradientContext<unknown>): Gradients {
  return [f.div(grad, sizeOf(shape(0).slice(2)))];
}

/** y = max over space: dx = g at the maximum; several that are equal share it, as in TensorFlow. */
export function globalMaxPoolGradient({
  f,
  grad,
  inputs,
  outputs,
  shape,
}: GradientContext<unknown>): Gradients {
  const winners = f.indicator(f.equal(inputs[0]!, outputs[0]!));
  return [f.mul(winners, f.div(grad, f.sum(winners, spatialAxes(shape(0).length))))];
}

/** As {@link lpPoolGradient}, the window being all of space. */
export function globalLpPoolGradient({
  f,
  grad,
  inputs,
  outputs,
  attributes: { p },
}: GradientContext<{ p: number }>): Gradients {
  return [f.mul(powerSlope(f, inputs[0]!, p), normPart(f, grad, outputs[0]!, p))];
}

function windowsFor({ attributes, shape }: GradientContext<PoolAttributes>): ConcreteWindow[] {
  const windows = concreteWindows(attributes, attributes.kernel_shape!, shape(0).slice(2));
  const isSame = attributes.auto_pad.startsWith("SAME");
  for (const { input, kernel, stride } of windows)
    if (isSame && (Math.ceil(input / stride) - 1) * stride + kernel < input - 1)
      // Here the engine refuses, or shifts the windows by a negative pad.
      throw new StriateError(
        `no gradient of a pool with auto_pad whose window of ${kernel} is smaller than its stride of ${stride}`,
      );
  return windows;
}

/** Each element of g, times a number, on every place of its window. */
function spread(
  context: GradientContext<unknown>,
  g: string,
  windows: readonly ConcreteWindow[],
  factor: number,
): string {
  const channels = context.shape(0)[1]!;
  const kernel = context.f.fill(factor, [channels, 1, ...windows.map((window) => window.kernel)]);
  return transposedConv(context, g, kernel, windows, channels);
}

/** How many elements each position of the window covers: those of the input, or with the padding. */
function countsOf(window: ConcreteWindow, withPadding: boolean): number[] {
  const { input, kernel, stride, dilation, begin, end, output } = window;
  const [low, high] = withPadding ? [-begin, input + end] : [0, input];
  return Array.from({ length: checkedLength(output, "windows") }, (_, position) => {
    let count = 0;
    for (let tap = 0; tap < kernel; tap++) {
      const at = position * stride - begin + tap * dilation;
      if (at >= low && at < high) count++;
    }
    return count;
  });
}

/** All products of one number from each list, in row-major order. */
function outer(lists: readonly (readonly number[])[]): number[] {
  return lists.reduce<number[]>((all, list) => all.flatMap((a) => list.map((b) => a * b)), [1]);
}

/** g y^(1-p), and 0 where y is 0: there |x|^p has a corner or is flat. */
function normPart(f: Formula, g: string, y: string, p: number): string {
  if (p === 1) return g;
  const isZero = f.equal(y, 0);
  const safe = f.where(isZero, 1, y);
  return f.where(isZero, 0, p === 2 ? f.div(g, safe) : f.mul(g, f.pow(safe, 1 - p)));
}

/** sign(x) |x|^(p-1). */
function powerSlope(f: Formula, x: string, p: number): string {
  if (p === 2) return x;
  const sign = f.apply("Sign", x);
  return p === 1 ? sign : f.mul(sign, f.pow(f.apply("Abs", x), p - 1));
}
