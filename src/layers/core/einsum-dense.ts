import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { activate } from "../activation/activations.ts";
import { type KerasShape, commonFields, defineLayer } from "../define-layer.ts";
import { kernelFields, trainedWeight } from "../fields/kernel-fields.ts";
import { knownLength, plainTensor } from "../symbolic.ts";

interface Config {
  equation: string;
  output_shape: unknown;
  bias_axes: string | null;
}

/** The letters of `input,kernel->output`, with letters of their own for `...`. */
function parseEquation(equation: string, rank: number) {
  const match = /^([a-zA-Z.]+),([a-zA-Z]+)->([a-zA-Z.]+)$/.exec(equation.replace(/\s/g, ""));
  if (match === null) throw new StriateError(`equation "${equation}" is not understood`);
  const [, input, kernel, output] = match as unknown as [string, string, string, string];
  const used = new Set(equation);
  const spare = [..."ZYXWVUTSRQ"].filter((letter) => !used.has(letter));
  const hidden = spare.slice(0, rank - input.replace("...", "").length).join("");
  const fill = (letters: string) => letters.replace("...", hidden);
  return { input: fill(input), kernel, output: fill(output) };
}

/** The length of each letter. */
function letterLengths(config: Config, shape: KerasShape): Map<string, number | null> {
  const { input, output } = parseEquation(config.equation, shape.length);
  const wanted = (
    Array.isArray(config.output_shape) ? config.output_shape : [config.output_shape]
  ) as (number | null)[];
  const lengths = new Map<string, number | null>();
  const behind = output.slice(output.length - wanted.length);
  [...behind].forEach((letter, i) => lengths.set(letter, wanted[i] ?? null));
  [...input].forEach((letter, i) => {
    if (shape[i] !== null || !lengths.has(letter)) lengths.set(letter, shape[i] ?? null);
  });
  return lengths;
}

const lengthsOf = (letters: string, lengths: Map<string, number | null>) =>
  [...letters].map((letter) => lengths.get(letter) ?? null);

/**
 * A dense layer whose product is an Einstein sum: `abc,cd->abd`.
 *
 * Source: https://keras.io/api/layers/core_layers/einsum_dense/
 */
export const einsumDense = defineLayer({
  className: "EinsumDense",
  kind: "dense",
  fields: {
    ...commonFields,
    equation: field.string(),
    output_shape: field.json(),
    bias_axes: field.nullable(field.string()),
    ...kernelFields,
    quantization_config: field.json(),
  },
  weights(config, [shape]) {
    const { kernel, output } = parseEquation(config.equation, shape!.length);
    const lengths = letterLengths(config, shape!);
    const kernelShape = lengthsOf(kernel, lengths);
    const specs = [
      trainedWeight(
        "kernel",
        kernelShape.map((_, i) => knownLength(kernelShape, i)),
        config,
      ),
    ];
    const axes = config.bias_axes;
    if (axes === null || axes === "") return specs;
    // From the first axis with a bias on, the others have length 1.
    const first = [...output].findIndex((letter) => axes.includes(letter));
    const bias = [...output.slice(first)].map((letter) =>
      axes.includes(letter) ? (lengths.get(letter) ?? null) : 1,
    );
    return [
      ...specs,
      trainedWeight(
        "bias",
        bias.map((_, i) => knownLength(bias, i)),
        config,
      ),
    ];
  },
  outputShape(config, [shape]) {
    const { output } = parseEquation(config.equation, shape!.length);
    return lengthsOf(output, letterLengths(config, shape!));
  },
  lower(context) {
    const { b, config, inputs, outputShapes, hasWeight, weight } = context;
    const x = inputs[0]!;
    const { input, kernel, output } = parseEquation(config.equation, x.shape.length);
    const equation = `${input},${kernel}->${output}`;
    let value = b.op("Einsum", [context.plain(x), weight("kernel")], { equation });
    if (hasWeight("bias")) value = b.op("Add", [value, weight("bias")]);
    return activate(context, plainTensor(value, outputShapes[0]!), config.activation);
  },
});
