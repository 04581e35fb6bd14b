import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { sizeOf, stridesOf } from "../../base/shape.ts";
import { float32, int64 } from "../../base/tensor.ts";
import { activate } from "../activation/activations.ts";
import { type KerasShape, type LowerContext, commonFields, defineLayer } from "../define-layer.ts";
import { kernelFields, trainedWeight } from "../fields/kernel-fields.ts";
import { kernelSizeFromKeras1, renameKeras1 } from "../fields/keras1.ts";
import {
  type DataFormat,
  dataFormatField,
  joinShape,
  knownChannels,
  splitShape,
} from "../fields/layouts.ts";
import { knownLength, plainTensor } from "../symbolic.ts";
import { windowOutput } from "../fields/windows.ts";

interface Config {
  filters: number;
  kernel_size: readonly number[];
  strides: readonly number[];
  padding: "valid" | "same";
  data_format: DataFormat | null;
  implementation: number;
}

/** The sizes of one layer, all of which must be known: each position has weights of its own. */
function geometry(config: Config, input: KerasShape) {
  const { space } = splitShape(input, config.data_format);
  const known = space.map((_, i) => knownLength(space, i));
  const ones = known.map(() => 1);
  const window = { kernel: config.kernel_size, strides: config.strides, dilation: ones };
  const output = windowOutput(known, { ...window, padding: config.padding }) as number[];
  const channels = knownChannels(input, config.data_format);
  const layout = (count: number, lengths: readonly number[]) =>
    joinShape(null, count, lengths, config.data_format).slice(1) as number[];
  return {
    space: known,
    output,
    channels,
    inShape: layout(channels, known),
    outShape: layout(config.filters, output),
  };
}

/** All index tuples of a shape, in row-major order. */
function* indices(shape: readonly number[]): Generator<number[]> {
  if (shape.length === 0) yield [];
  else
    for (let i = 0; i < shape[0]!; i++)
      for (const rest of indices(shape.slice(1))) yield [i, ...rest];
}

/** For each output position, the places of the input that its window reads, in the order of its kernel. */
function patches(config: Config, input: KerasShape): number[][] {
  const { output, inShape, channels } = geometry(config, input);
  const steps = stridesOf(inShape);
  const first = config.data_format === "channels_first";
  const patch = first ? [channels, ...config.kernel_size] : [...config.kernel_size, channels];
  return [...indices(output)].map((position) =>
    [...indices(patch)].map((inside) => {
      const space = first ? inside.slice(1) : inside.slice(0, -1);
      const at = space.map((offset, i) => position[i]! * config.strides[i]! + offset);
      const channel = first ? inside[0]! : inside.at(-1)!;
      const place = first ? [channel, ...at] : [...at, channel];
      return place.reduce((sum, index, axis) => sum + index * steps[axis]!, 0);
    }),
  );
}

/**
 * The pairs (input place, output place) that are connected, ordered by output and then by input, as
 * `conv_kernel_idxs` lists them.
 *
 * Source: https://github.com/keras-team/tf-keras/blob/master/tf_keras/utils/conv_utils.py
 */
function connections(config: Config, input: KerasShape): [from: number, to: number][] {
  const { space, output, channels, inShape, outShape } = geometry(config, input);
  const first = config.data_format === "channels_first";
  const place = (shape: readonly number[], channel: number, at: readonly number[]) => {
    const full = first ? [channel, ...at] : [...at, channel];
    const steps = stridesOf(shape);
    return full.reduce((sum, index, axis) => sum + index * steps[axis]!, 0);
  };
  // "same" is centred on the stride here, other than in a convolution.
  const starts = config.kernel_size.map((kernel) =>
    config.padding === "same" ? Math.floor(kernel / 2) : 0,
  );
  const pairs: [number, number][] = [];
  for (const position of indices(output))
    for (const offset of indices(config.kernel_size)) {
      const at = offset.map((o, i) => position[i]! * config.strides[i]! - starts[i]! + o);
      if (at.some((index, i) => index < 0 || index >= space[i]!)) continue;
      for (let filter = 0; filter < config.filters; filter++)
        for (let channel = 0; channel < channels; channel++)
          pairs.push([place(inShape, channel, at), place(outShape, filter, position)]);
    }
  return pairs.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
}

/**
 * A convolution that shares no weights: each output position has a kernel of its own. Keras 2 kept the
 * kernels in three ways, `implementation` 1 to 3.
 *
 * Source: https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/keras/layers/LocallyConnected2D
 */
function locallyConnected(rank: 1 | 2) {
  const ones = new Array<number>(rank).fill(1);
  return defineLayer({
    className: `LocallyConnected${rank}D`,
    kind: "convolution",
    inputRank: rank + 2,
    fields: {
      ...commonFields,
      filters: field.int(undefined, { min: 1 }),
      kernel_size: field.tuple(rank, undefined, { min: 1 }),
      strides: field.tuple(rank, ones, { min: 1 }),
      padding: field.choice(["valid", "same"], "valid"),
      data_format: dataFormatField,
      ...kernelFields,
      implementation: field.int(1, { min: 1, max: 3 }),
    },
    fromKeras1: (config) => kernelSizeFromKeras1(renameKeras1(config)),
    weights(config, [input]) {
      const { output, channels, inShape, outShape } = geometry(config, input!);
      const shapes = [
        [sizeOf(output), sizeOf(config.kernel_size) * channels, config.filters],
        [...inShape, ...outShape],
        [config.implementation === 3 ? connections(config, input!).length : 0],
      ];
      const kernel = trainedWeight("kernel", shapes[config.implementation - 1]!, config);
      // Keras reshapes the bias of a channels_first layer, it does not transpose it.
      const bias = trainedWeight("bias", [...output, config.filters], config, {
        graphShape: outShape,
      });
      return config.use_bias ? [kernel, bias] : [kernel];
    },
    outputShape(config, [input]) {
      const { outShape } = geometry(config, input!);
      return [input![0] ?? null, ...outShape];
    },
    lower(context) {
      const { b, config, inputs, outputShapes, weight } = context;
      if (config.implementation === 1 && config.padding === "same")
        throw new StriateError('padding "same" needs implementation 2 or 3, the file says 1');
      const flat = b.op("Flatten", [context.plain(inputs[0]!)], { axis: 1 });
      let value = config.implementation === 1 ? byPatches(context, flat) : byMatrix(context, flat);
      if (config.use_bias) value = b.op("Add", [value, weight("bias")]);
      return activate(context, plainTensor(value, outputShapes[0]!), config.activation);
    },
  });
}

/** `(P, N, window)` times `(P, window, filters)`: one product for each output position. */
function byPatches({ b, config, inputs, weight }: LowerContext<Config>, flat: string): string {
  const { shape } = inputs[0]!;
  const places = patches(config, shape);
  const { output } = geometry(config, shape);
  const window = places[0]!.length;
  const gathered = b.op("Gather", [flat, b.constant(int64(places.flat()))], { axis: 1 });
  const grouped = b.op("Reshape", [gathered, b.i64([0, places.length, window])]);
  const columns = b.op("Transpose", [grouped], { perm: [1, 0, 2] });
  const product = b.op("MatMul", [columns, weight("kernel")]);
  const first = config.data_format === "channels_first";
  const rows = b.op("Transpose", [product], { perm: first ? [1, 2, 0] : [1, 0, 2] });
  const target = first ? [0, config.filters, ...output] : [0, ...output, config.filters];
  return b.op("Reshape", [rows, b.i64(target)]);
}

/** One product with a matrix of all connections, zero where there is none. */
function byMatrix({ b, config, inputs, weight }: LowerContext<Config>, flat: string): string {
  const { shape } = inputs[0]!;
  const { inShape, outShape } = geometry(config, shape);
  const size = [sizeOf(inShape), sizeOf(outShape)] as const;
  const pairs = connections(config, shape);
  let matrix: string;
  if (config.implementation === 2) {
    const mask = new Float32Array(checkedLength(size[0] * size[1], "places of a kernel"));
    for (const [from, to] of pairs) mask[from * size[1] + to] = 1;
    const dense = b.op("Reshape", [weight("kernel"), b.i64(size)]);
    matrix = b.op("Mul", [dense, b.constant(float32(size, mask))]);
  } else {
    // Each place of the matrix reads its weight, or the zero that is put behind them.
    const places = new Array<number>(checkedLength(size[0] * size[1], "places of a kernel")).fill(
      pairs.length,
    );
    pairs.forEach(([from, to], i) => (places[from * size[1] + to] = i));
    const padded = b.op("Concat", [weight("kernel"), b.f32([0])], { axis: 0 });
    matrix = b.op("Gather", [padded, b.constant(int64(places, size))], { axis: 0 });
  }
  return b.op("Reshape", [b.op("MatMul", [flat, matrix]), b.i64([0, ...outShape])]);
}

export const locallyConnected1d = locallyConnected(1);
export const locallyConnected2d = locallyConnected(2);
