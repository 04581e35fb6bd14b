import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import {
  type KerasShape,
  type LowerContext,
  type WeightSpec,
  commonFields,
  defineLayer,
} from "../define-layer.ts";
import {
  type DataFormat,
  dataFormatField,
  graphOrder,
  joinShape,
  knownChannels,
  splitShape,
} from "../fields/layouts.ts";
import { windowAttributes, windowOutput } from "../fields/windows.ts";
import { atan2 } from "../operations/atan2.ts";

const fields = {
  ...commonFields,
  mode: field.choice(["log", "magnitude", "psd", "real", "imag", "angle", "stft"], "log"),
  frame_length: field.int(256, { min: 1 }),
  frame_step: field.nullable(field.int(undefined, { min: 1 })),
  fft_length: field.nullable(field.int(undefined, { min: 1 })),
  window: field.json("hann"),
  periodic: field.boolean(false),
  scaling: field.nullable(field.choice(["density", "spectrum"], "density")),
  padding: field.choice(["valid", "same"], "valid"),
  expand_dims: field.boolean(false),
  data_format: dataFormatField,
};

/** The parts of a configuration that say where windows lie. */
interface Frames {
  readonly frame_length: number;
  readonly frame_step: number | null;
  readonly fft_length: number | null;
  readonly padding: "valid" | "same";
}

const windowOf = ({ frame_length, frame_step, padding }: Frames) => ({
  kernel: [frame_length],
  strides: [frame_step ?? Math.max(1, Math.floor(frame_length / 2))],
  dilation: [1],
  padding,
});

/** Frequencies of a real signal: the others mirror them. */
function binsOf({ frame_length, fft_length }: Frames): number {
  const length = fft_length ?? 2 ** Math.ceil(Math.log2(frame_length));
  if (length < frame_length)
    throw new StriateError(
      `"fft_length": expected at least the frame_length, ${frame_length}, got ${length}`,
    );
  return Math.floor(length / 2) + 1;
}

/**
 * A signal's short-time Fourier transform: what a network of sounds sees as its picture. Each channel is
 * convolved with the cosines and the sines of all frequencies, which are weights that can be trained.
 *
 * Input `(N, steps, C)`; output `(N, frames, bins * C)`, or as pictures `(N, frames, bins, C)`.
 *
 * Source: https://keras.io/api/layers/preprocessing_layers/audio_preprocessing/
 */
export const stftSpectrogram = defineLayer({
  className: "STFTSpectrogram",
  kind: "preprocessing",
  inputRank: 3,
  fields,
  weights(config) {
    const { mode, trainable, window, scaling, periodic } = config;
    const shape = [config.frame_length, 1, binsOf(config)];
    return (["real", "imag"] as const)
      .filter((side) => mode === side || !["real", "imag"].includes(mode))
      .map((side): WeightSpec => {
        const settings = { side, window, scaling, periodic };
        const initializer = { class_name: "STFT", config: settings };
        return { name: `${side}_kernel`, shape, trainable, initializer, order: [2, 1, 0] };
      });
  },
  outputShape(config, [input]) {
    const { batch, channels, space } = splitShape(input!, config.data_format);
    const frames = windowOutput(space, windowOf(config))[0]!;
    const bins = config.mode === "stft" ? 2 * binsOf(config) : binsOf(config);
    if (config.expand_dims) return joinShape(batch, channels, [frames, bins], config.data_format);
    return joinShape(batch, channels && bins * channels, [frames], config.data_format);
  },
  lower(context) {
    const { b, config, inputs, outputShapes } = context;
    const order = graphOrder(3, config.data_format);
    const channels = knownChannels(inputs[0]!.shape, config.data_format);
    const sides = sidesOf(context, channels);
    const value = shown(b, sides, config.mode, channels, binsOf(config));
    if (!config.expand_dims)
      return { value, shape: outputShapes[0]!, order, type: "float32" as const };
    return asPictures(b, value, outputShapes[0]!, channels, config.data_format);
  },
});

type Context = LowerContext<{
  readonly [K in keyof typeof fields]: ReturnType<(typeof fields)[K]["parse"]>;
}>;

/** The parts of the transform that the mode needs, `(N, C * bins, frames)`: a group of kernels for each channel. */
function sidesOf(context: Context, channels: number): string[] {
  const { b, config, inputs } = context;
  const x = context.arrange(inputs[0]!, graphOrder(3, config.data_format));
  const { space } = splitShape(inputs[0]!.shape, config.data_format);
  const kernels = ["real_kernel", "imag_kernel"].filter(context.hasWeight).map(context.weight);
  const banks = config.mode === "stft" ? [b.op("Concat", kernels, { axis: 0 })] : kernels;
  return banks.map((bank) => {
    const all = channels === 1 ? bank : b.op("Tile", [bank, b.i64([channels, 1, 1])]);
    const group = channels === 1 ? undefined : channels;
    return b.op("Conv", [x, all], { ...windowAttributes(space, windowOf(config)), group });
  });
}

/** Keras' epsilon. */
const least = 1e-7;

/** What the mode shows of the transform. */
function shown(
  b: GraphBuilder,
  [first, second]: readonly string[],
  mode: Context["config"]["mode"],
  channels: number,
  bins: number,
): string {
  if (second === undefined) return first!;
  if (mode === "angle") return atan2(b, second, first!);
  const square = (x: string) => b.op("Mul", [x, x]);
  const power = b.op("Add", [square(first!), square(second)]);
  if (mode === "psd") {
    // All but the first and the last frequency stand for their mirror images too.
    const count = checkedLength(channels * bins, "frequencies", 2 ** 20);
    const twice = Array.from({ length: count }, (_, i) =>
      i % bins === 0 || i % bins === bins - 1 ? 1 : 2,
    );
    return b.op("Mul", [power, b.f32(twice, [count, 1])]);
  }
  const magnitude = b.op("Sqrt", [b.op("Max", [power, b.f32(least)])]);
  if (mode === "magnitude") return magnitude;
  return b.op("Log", [b.op("Max", [magnitude, b.f32(least)])]);
}

/** `(N, C * bins, frames)` as pictures of frames by bins. */
function asPictures(
  b: GraphBuilder,
  value: string,
  shape: KerasShape,
  channels: number,
  format: DataFormat | null,
) {
  const bins = splitShape(shape, format).space[1]!;
  // 0 stands for the batch that is there.
  const apart = b.op("Reshape", [value, b.i64([0, channels, bins, -1])]);
  const picture = b.op("Transpose", [apart], { perm: [0, 1, 3, 2] });
  return { value: picture, shape, order: graphOrder(4, format), type: "float32" as const };
}
