import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { float32 } from "../../base/tensor.ts";
import { hsvToRgb, rgbToHsv } from "../preprocessing/hsv.ts";
import { windowAttributes, windowOutput } from "../fields/windows.ts";
import type { Arguments, Operation, Scope } from "./operation.ts";
import { paddingOf, picture, spread } from "./pictures.ts";

/** The parts of red, green and blue in a grey: those of TensorFlow's `image.rgb_to_grayscale`. */
const luma = [0.2989, 0.587, 0.114];
/** A kernel that cuts out patches has so many numbers at most. */
const mostNumbers = 2 ** 22;

type Write = (scope: Scope, value: string) => string;

/** What makes colours of colours, `(N, 3, H, W)`. */
const colours = (className: string, name: string, made: number, write: Write): Operation => ({
  className,
  functions: [`image.${name}`],
  parameters: ["x|images", "data_format"],
  write(scope, args) {
    const { value, channels, space, result } = picture(scope, args);
    if (channels !== 3) throw new StriateError("takes pictures of three colours");
    return result(write(scope, value), made, space);
  },
});

/** How many pixels are to go from, or to come to, the two ends of an axis. */
function ends(args: Arguments, names: readonly [string, string, string], length: number | null) {
  const [from, to, target] = names.map((name) =>
    args.has(name) ? args.number(name) : undefined,
  ) as [number | undefined, number | undefined, number | undefined];
  if (from !== undefined && to !== undefined) return [from, to] as const;
  if (length === null || target === undefined)
    throw new StriateError("needs a picture of known size, and two of start, end and length");
  const change = Math.abs(length - target);
  return [from ?? change - (to ?? 0), to ?? change - (from ?? 0)] as const;
}

const framed = (
  className: string,
  word: string,
  sign: 1 | -1,
  write: (scope: Scope, value: string, starts: number[], ends: number[]) => string,
): Operation => {
  const rows = [`top_${word}`, `bottom_${word}`, "target_height"] as const;
  const columns = [`left_${word}`, `right_${word}`, "target_width"] as const;
  return {
    className,
    parameters: ["x|images", ...rows, ...columns, "data_format"],
    write(scope, args) {
      const { value, channels, space, result } = picture(scope, args);
      const sides = [ends(args, rows, space[0]!), ends(args, columns, space[1]!)];
      const framed = write(
        scope,
        value,
        sides.map(([start]) => start),
        sides.map(([, end]) => end),
      );
      const size = space.map((n, i) => n && n + sign * (sides[i]![0] + sides[i]![1]));
      return result(framed, channels, size);
    },
  };
};

/** Each window of a picture as the channels of one pixel: its rows, its columns, its colours. */
const extractPatches: Operation = {
  className: "ExtractPatches",
  parameters: ["x|images", "size", "strides", "dilation_rate", "padding", "data_format"],
  write(scope, args) {
    const { value, channels, space, result } = picture(scope, args);
    const kernel = spread(args.integers("size"), space.length);
    if (channels === null || kernel.length !== 2)
      throw new StriateError("cuts patches only out of pictures with a known number of channels");
    const window = {
      kernel,
      strides: args.has("strides") ? spread(args.integers("strides"), 2) : kernel,
      dilation: spread(args.integers("dilation_rate", [1]), 2),
      padding: paddingOf(args),
    };
    const [rows, columns] = kernel as [number, number];
    const taps = rows * columns;
    const made = taps * channels;
    const ones = new Float32Array(checkedLength(made * made, "numbers of a kernel", mostNumbers));
    for (let tap = 0; tap < taps; tap++)
      for (let c = 0; c < channels; c++)
        ones[((tap * channels + c) * channels + c) * taps + tap] = 1;
    const cut = scope.b.constant(float32([made, channels, rows, columns], ones));
    const patches = scope.b.op("Conv", [value, cut], windowAttributes(space, window));
    return result(patches, made, windowOutput(space, window));
  },
};

/** A bell of so many pixels, which sums to one. */
function bell(size: number, sigma: number): number[] {
  const weights = Array.from(
    { length: checkedLength(size, "pixels of a kernel", mostNumbers) },
    (_, i) => Math.exp(-0.5 * ((i - (size - 1) / 2) / sigma) ** 2),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

const gaussianBlur: Operation = {
  className: "GaussianBlur",
  parameters: ["x|images", "kernel_size", "sigma", "data_format"],
  write(scope, args) {
    const { value, channels, space, result } = picture(scope, args);
    if (channels === null) throw new StriateError("the number of input channels is not known");
    const kernel = spread(args.integers("kernel_size", [3]), 2);
    const sigma = args.raw("sigma") ?? 1;
    const [across, down] = (Array.isArray(sigma) ? sigma : [sigma, sigma]) as [number, number];
    // As in Keras, whose first sigma is that of the columns.
    const [rows, columns] = [bell(kernel[1]!, down), bell(kernel[0]!, across)];
    const plane = rows.flatMap((a) => columns.map((c) => a * c));
    const window = { kernel, strides: [1, 1], dilation: [1, 1], padding: "same" as const };
    // bounded: the channels of the picture itself
    const weights = new Array<number[]>(channels).fill(plane).flat();
    const blurred = scope.b.op("Conv", [value, scope.b.f32(weights, [channels, 1, ...kernel])], {
      ...windowAttributes(space, window),
      group: channels,
    });
    return result(blurred, channels, space);
  },
};

/** Source: https://keras.io/api/ops/image/ */
export const imageFunctions: Operation[] = [
  colours("RGBToGrayscale", "rgb_to_grayscale", 1, ({ b }, x) =>
    b.op("Conv", [x, b.f32(luma, [1, 3, 1, 1])], { kernel_shape: [1, 1] }),
  ),
  colours("RGBToHSV", "rgb_to_hsv", 3, ({ b }, x) =>
    b.op("Concat", [...rgbToHsv(b, x)], { axis: 1 }),
  ),
  colours("HSVToRGB", "hsv_to_rgb", 3, ({ b }, x) => {
    const [hue, saturation, value] = b.ops(
      "Split",
      [x],
      { axis: 1, num_outputs: 3 },
      { outputCount: 3 },
    );
    return hsvToRgb(b, [hue!, saturation!, value!]);
  }),
  framed("CropImages", "cropping", -1, ({ b }, x, starts, stops) =>
    b.op("Slice", [
      x,
      b.i64(starts),
      b.i64(stops.map((n) => (n === 0 ? 2 ** 31 - 1 : -n))),
      b.i64([2, 3]),
    ]),
  ),
  framed("PadImages", "padding", 1, ({ b }, x, starts, stops) =>
    b.op("Pad", [x, b.i64([0, 0, ...starts, 0, 0, ...stops])]),
  ),
  extractPatches,
  gaussianBlur,
];
