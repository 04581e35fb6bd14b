import { field } from "../../base/fields.ts";
import { activationField } from "../fields/activation-field.ts";
import { windowOf } from "../convolution/conv.ts";
import { convertKernel } from "../convolution/convert-kernels.ts";
import { type KerasShape, type SymbolicTensor, defineLayer } from "../define-layer.ts";
import { trainedWeight } from "../fields/kernel-fields.ts";
import { kernelSizeFromKeras1, renameKeras1 } from "../fields/keras1.ts";
import {
  dataFormatField,
  graphOrder,
  joinShape,
  knownChannels,
  splitShape,
} from "../fields/layouts.ts";
import { knownLength } from "../symbolic.ts";
import { windowAttributes, windowOutput } from "../fields/windows.ts";
import { cellActivation, splitGates } from "./cell.ts";
import { convertGates } from "./convert-gates.ts";
import { cellFields, refuseStateful, sequenceFields } from "./fields.ts";
import { stepMask, zeroState } from "./lower-sequence.ts";
import { recur } from "./recurrence.ts";
import { regularizerField } from "../fields/trained-fields.ts";

/** The shape of one step of a sequence. */
const stepOf = (shape: KerasShape): KerasShape => [shape[0] ?? null, ...shape.slice(2)];

/**
 * An LSTM whose products are convolutions: over the steps of a sequence of maps `(N, T, ...space, C)`.
 *
 * Source: Shi et al. 2015, https://arxiv.org/abs/1506.04214 (without the connections to the memory);
 * https://keras.io/api/layers/recurrent_layers/conv_lstm2d/
 */
function convLstm(rank: 1 | 2 | 3) {
  const ones = new Array<number>(rank).fill(1);
  const kernelOrder = [rank + 1, rank, ...ones.map((_, axis) => axis)];
  return defineLayer({
    className: `ConvLSTM${rank}D`,
    kind: "recurrent",
    inputRank: rank + 3,
    fields: {
      ...sequenceFields,
      filters: field.int(undefined, { min: 1 }),
      kernel_size: field.tuple(rank, undefined, { min: 1 }),
      strides: field.tuple(rank, ones, { min: 1 }),
      padding: field.choice(["valid", "same"], "valid"),
      data_format: dataFormatField,
      dilation_rate: field.tuple(rank, ones, { min: 1 }),
      activation: activationField("tanh"),
      recurrent_activation: activationField("sigmoid"),
      unit_forget_bias: field.boolean(true),
      ...cellFields,
      activity_regularizer: regularizerField(),
    },
    fromKeras1: (config) => kernelSizeFromKeras1(renameKeras1(config)),
    weights(config, [input]) {
      const channels = knownChannels(stepOf(input!), config.data_format);
      const { kernel_size, filters } = config;
      const layout = { holder: "cell", order: kernelOrder };
      const kernel = [...kernel_size, channels, 4 * filters];
      const recurrent = [...kernel_size, filters, 4 * filters];
      const kernels = [
        trainedWeight("kernel", kernel, config, layout),
        trainedWeight("recurrent_kernel", recurrent, config, { ...layout, key: "recurrent" }),
      ];
      const bias = trainedWeight("bias", [4 * filters], config, { holder: "cell" });
      return config.use_bias ? [...kernels, bias] : kernels;
    },
    convertWeights(arrays, config, origin) {
      const [kernel, recurrent, ...rest] = convertGates(arrays, 4);
      const first = config.data_format === "channels_first";
      const convert = (each: NonNullable<typeof kernel>) =>
        convertKernel(each, rank, first, origin);
      return [convert(kernel!), convert(recurrent!), ...rest];
    },
    outputShape(config, [input]) {
      const { batch, space } = splitShape(stepOf(input!), config.data_format);
      const output = windowOutput(space, windowOf(config));
      const state = joinShape(batch, config.filters, output, config.data_format);
      const first = config.return_sequences ? [batch, input![1] ?? null, ...state.slice(1)] : state;
      return config.return_state ? [first, state, state] : [first];
    },
    lower(context) {
      const { b, config, inputs, outputShapes, arrange, weight } = context;
      refuseStateful(config, context.training);
      const x = inputs[0]!;
      const { filters } = config;
      const format = config.data_format;
      const { space } = splitShape(stepOf(x.shape), format);
      const size = windowOutput(space, windowOf(config)).map((_, i) =>
        knownLength(windowOutput(space, windowOf(config)), i),
      );
      // Steps first, each as (N, C, ...space).
      const step = graphOrder(rank + 2, format);
      const sequence = arrange(x, [1, ...step.map((axis) => (axis === 0 ? 0 : axis + 1))]);
      const convolve = (
        inner: typeof b,
        value: string,
        kernel: string,
        attributes: ReturnType<typeof windowAttributes>,
        masks: readonly string[],
        bias: string[] = [],
      ) => {
        if (masks.length === 0)
          return inner.op("Conv", [value, weight(kernel), ...bias], attributes);
        // Each gate drops by a mask of its own.
        const kernels = splitGates(inner, weight(kernel), 4, 0);
        const gates = masks.map((mask, i) =>
          inner.op("Conv", [inner.op("Mul", [value, mask]), kernels[i]!], attributes),
        );
        const sum = inner.op("Concat", gates, { axis: 1 });
        if (bias.length === 0) return sum;
        const each = inner.op("Reshape", [bias[0]!, inner.i64([-1, ...ones])]);
        return inner.op("Add", [sum, each]);
      };
      const masksOf = (rate: number, channels: number, lengths: KerasShape) => {
        if (!context.training || rate === 0 || rate === 1) return [];
        const shape = [null, channels, ...lengths.map((_, i) => knownLength(lengths, i))];
        return [0, 1, 2, 3].map(() => context.random("dropout", rate, x, shape));
      };
      const channels = knownChannels(stepOf(x.shape), format);
      const inputMasks = masksOf(config.dropout, channels, space);
      const stateMasks = masksOf(config.recurrent_dropout, filters, size);
      const { outputs, states } = recur(b, {
        sequence,
        length: x.shape[1] ?? null,
        states: [filters, filters].map((channels) => zeroState(b, x, [channels, ...size])),
        output: 0,
        backwards: config.go_backwards,
        training: context.training,
        mask: x.mask && stepMask(b, x.mask, rank + 1),
        zeroMasked: config.zero_output_for_mask,
        step(inner, value, [h, c]) {
          const bias = config.use_bias ? [weight("bias")] : [];
          const own = windowAttributes(space, windowOf(config));
          const same = { kernel: config.kernel_size, strides: ones, dilation: ones };
          const memory = windowAttributes(size, { ...same, padding: "same" });
          const sum = inner.op("Add", [
            convolve(inner, value, "kernel", own, inputMasks, bias),
            convolve(inner, h!, "recurrent_kernel", memory, stateMasks),
          ]);
          const [i, f, z, o] = splitGates(inner, sum, 4, 1);
          const gate = (each: string) =>
            cellActivation(inner, context, each, config.recurrent_activation);
          const act = (each: string) => cellActivation(inner, context, each, config.activation);
          const kept = inner.op("Mul", [gate(f!), c!]);
          const next = inner.op("Add", [kept, inner.op("Mul", [gate(i!), act(z!)])]);
          return [inner.op("Mul", [gate(o!), act(next)]), next];
        },
      });
      const state = (value: string, shape: KerasShape): SymbolicTensor => ({
        value,
        shape,
        order: step,
        type: "float32",
      });
      if (!config.return_sequences && !config.return_state)
        return [state(states[0]!, outputShapes[0]!)];
      const whole: SymbolicTensor = {
        value: outputs,
        shape: outputShapes[0]!,
        order: [1, ...step.map((axis) => (axis === 0 ? 0 : axis + 1))],
        type: "float32",
        mask: x.mask,
      };
      const order = graphOrder(rank + 3, format);
      const first = config.return_sequences
        ? { ...whole, order, value: arrange(whole, order) }
        : state(states[0]!, outputShapes[0]!);
      const kept = states.map((value, i) => state(value, outputShapes[i + 1]!));
      return config.return_state ? [first, ...kept] : [first];
    },
  });
}

export const convLstm1d = convLstm(1);
export const convLstm2d = convLstm(2);
export const convLstm3d = convLstm(3);
