import { allButChannels } from "../facts/axes.ts";
import type { ConvAttributes, ConvTransposeAttributes } from "./window-attributes.ts";
import type { GradientContext } from "../define-op.ts";
import { transposedWindows } from "./transposed-window.ts";
import { type ConcreteWindow, concreteWindows, reach, windowAttributes } from "./window.ts";

type Context = GradientContext<unknown>;

/**
 * y = x * w + b: dx = the transposed convolution of g with the same weights, dw = the correlation of x
 * with g, db = the sum of g over batch and space.
 */
export function convGradient(context: GradientContext<ConvAttributes>): (string | null)[] {
  const { attributes, f, grad, inputs, shape, needs } = context;
  const weights = shape(1);
  const windows = concreteWindows(attributes, weights.slice(2), shape(0).slice(2));
  const { group } = attributes;
  return [
    needs(0) ? transposedConv(context, grad, inputs[1]!, windows, group) : null,
    needs(1)
      ? weightGradient(context, { x: inputs[0]!, from: shape(0), g: grad, weights, windows, group })
      : null,
    f.sum(grad, allButChannels(weights.length), false),
  ];
}

/**
 * A transposed convolution is the transpose of a convolution, so the roles change: dx = the
 * convolution of g with the same weights, dw = the correlation of g with x.
 */
export function convTransposeGradient(
  context: GradientContext<ConvTransposeAttributes>,
): (string | null)[] {
  const { attributes, b, f, grad, inputs, shape, outputShape, needs } = context;
  const [x, weights] = [shape(0), shape(1)];
  const { group } = attributes;
  const windows = transposedWindows(attributes, weights.slice(2), x.slice(2)) as ConcreteWindow[];
  // Output padding may add rows that no window reaches: the convolution does not see them.
  const reached = windows.map((window) => ({
    ...window,
    end: covered(window) - window.begin - window.input,
  }));
  const g = cropped(context, grad, outputShape(0), reached);
  const padded = reached.map((window) => ({
    ...window,
    input: window.input + Math.min(0, window.end),
    end: Math.max(0, window.end),
  }));
  const from = [...outputShape(0).slice(0, 2), ...padded.map((window) => window.input)];
  return [
    needs(0) ? b.op("Conv", [g, inputs[1]!], { ...windowAttributes(padded), group }) : null,
    needs(1)
      ? weightGradient(context, { x: g, from, g: inputs[0]!, weights, windows: padded, group })
      : null,
    f.sum(grad, allButChannels(x.length), false),
  ];
}

/** Elements from the first window's begin to the last one's end. */
const covered = (window: ConcreteWindow): number =>
  (window.output - 1) * window.stride + reach(window);

/**
 * Each element of g spread over the window it came from: `dx` of a convolution or of an average.
 * What lies in the padding is cut off, what no window reached is zero.
 */
export function transposedConv(
  { b }: Context,
  g: string,
  weights: string,
  windows: readonly ConcreteWindow[],
  group: number,
): string {
  // The end that the windows really cover: a stride may have left elements over.
  const ends = windows.map((window) => covered(window) - window.begin - window.input);
  const exact = windows.map((window, i) => ({ ...window, end: Math.max(0, ends[i]!) }));
  const left = ends.map((end) => Math.max(0, -end));
  return b.op("ConvTranspose", [g, weights], {
    ...windowAttributes(exact),
    group,
    output_padding: left.some((length) => length > 0) ? left : undefined,
  });
}

/** The convolution whose weights' gradient is wanted. */
interface WeightGradient {
  x: string;
  /** Shape of x. */
  from: readonly number[];
  g: string;
  /** Shape of the weights. */
  weights: readonly number[];
  windows: readonly ConcreteWindow[];
  group: number;
}

/**
 * dw[m, c, k] = sum over batch n and position p of x[n, c, stride p + dilation k] g[n, m, p]: a
 * convolution with batch and channels swapped, in which stride and dilation swap their places too.
 * With groups, the batch of each group becomes its channels.
 */
function weightGradient(context: Context, { x, from, g, weights, windows, group }: WeightGradient) {
  const { b, f } = context;
  const [batch, channels] = [from[0]!, from[1]!];
  // Elements at the end that no window reached are cut off, or there would be more taps than weights.
  const reached = windows.map((window) => ({
    ...window,
    end: covered(window) - window.begin - window.input,
  }));
  const used = cropped(context, x, from, reached);
  const lengths = reached.map((window) => window.input + Math.min(0, window.end));
  const spatial = lengths.map((_, axis) => axis + 2);

  let images = used;
  if (group > 1) images = f.reshape(images, [batch, group, channels / group, ...lengths]);
  images = f.transpose(
    images,
    group > 1 ? [2, 1, 0, ...spatial.map((axis) => axis + 1)] : [1, 0, ...spatial],
  );
  if (group > 1) images = f.reshape(images, [channels / group, group * batch, ...lengths]);
  const kernels = f.transpose(g, [1, 0, ...spatial]);
  const taps = b.op("Conv", [images, kernels], {
    kernel_shape: windows.map((window) => window.output),
    strides: windows.map((window) => window.dilation),
    dilations: windows.map((window) => window.stride),
    pads: [
      ...reached.map((window) => window.begin),
      ...reached.map((window) => Math.max(0, window.end)),
    ],
    group,
  });
  return f.transpose(taps, [1, 0, ...weights.slice(2).map((_, axis) => axis + 2)]);
}

/** x without the elements at the end by which `end` is negative. */
function cropped(
  { b }: Context,
  x: string,
  shape: readonly number[],
  windows: readonly ConcreteWindow[],
): string {
  const axes = windows.flatMap((window, i) => (window.end < 0 ? [i] : []));
  if (axes.length === 0) return x;
  const ends = axes.map((i) => shape[i + 2]! + windows[i]!.end);
  return b.op("Slice", [x, b.i64(axes.map(() => 0)), b.i64(ends), b.i64(axes.map((i) => i + 2))]);
}
