import { UnsupportedError } from "../../../base/errors.ts";
import type { TfContext, TfValue } from "../../tensorflow/define-op.ts";
import { type TfliteOp } from "../define-op.ts";

// Recurrent ops over a whole sequence, one way or both ways.

/** Where the weights of one direction begin among the inputs of TFLite's LSTMs. */
const lstmPlaces = (start: number) => ({
  kernels: [start, start + 1, start + 2, start + 3] as const,
  recurrents: [start + 4, start + 5, start + 6, start + 7] as const,
  peepholes: [start + 8, start + 9, start + 10],
  biases: [start + 11, start + 12, start + 13, start + 14] as const,
  projection: [start + 15, start + 16],
});

const [input, forget, cell, output] = [0, 1, 2, 3] as const;
/** Gates are input, forget, cell and output in TFLite; ONNX has them in this order. */
const onnxOrder = [input, output, forget, cell] as const;
const gates = ["i", "f", "c", "o"] as const;

/** Weights of all directions as ONNX stacks them, and the units of one. */
interface Stacked {
  kernels: string[];
  recurrents: string[];
  biases: string[];
  units: number;
}

const isThere = ({ inputs, shape }: TfContext, i: number): boolean =>
  i < inputs.length && !shape(inputs[i]!).includes(0);

/** Adds the axis of the directions in front. */
const alone = ({ b }: TfContext, value: string): string => b.op("Unsqueeze", [value, b.i64([0])]);

/** A bias of ONNX has a second half, of the recurrent kernel, which TFLite has not. */
const withHalf = ({ b }: TfContext, bias: string, length: number): string =>
  b.op("Pad", [bias, b.i64([0, 0, 0, length])]);

/** @param more inputs whose presence means what ONNX has no words for */
function lstmWeights(
  context: TfContext,
  starts: readonly number[],
  more: readonly number[],
): Stacked {
  const { b, attributes, inputs, shape, weight } = context;
  const any = (list: readonly number[]) => list.some((i) => isThere(context, i));
  const made: Stacked = { kernels: [], recurrents: [], biases: [], units: 0 };
  // TANH, by TFLite's numbers of activations.
  if (attributes.int("activation", 0) !== 4 || attributes.real("cell_clip", 0) !== 0)
    throw new UnsupportedError("an LSTM of another activation than tanh, or that clips its cell");
  for (const [direction, start] of starts.entries()) {
    const places = lstmPlaces(start);
    const prefix = starts.length > 1 ? ["forward_", "backward_"][direction]! : "";
    if (any([...places.peepholes, ...places.projection, ...more]))
      throw new UnsupportedError("an LSTM with peepholes, a projection or normalised gates");
    // Without a gate for the input it is one minus the gate that forgets.
    if (!isThere(context, places.kernels[input]))
      throw new UnsupportedError("an LSTM with coupled gates");
    const units = shape(inputs[places.recurrents[forget]]!)[1];
    if (typeof units !== "number")
      throw new UnsupportedError("the shape of its weights is not known");
    const joined = (list: typeof places.kernels, name: string): string => {
      const parts = onnxOrder.map((gate) => weight(list[gate], `${prefix}${name}_${gates[gate]}`));
      return alone(context, b.op("Concat", parts, { axis: 0 }));
    };
    made.kernels.push(joined(places.kernels, "kernel"));
    made.recurrents.push(joined(places.recurrents, "recurrent"));
    const hasBias = places.biases.every((i) => isThere(context, i));
    // bounded: the units of weights that are in the file
    const zeros = () => b.f32(new Float32Array(8 * units), [1, 8 * units]);
    made.biases.push(
      hasBias ? withHalf(context, joined(places.biases, "bias"), 4 * units) : zeros(),
    );
    made.units = units;
  }
  return made;
}

/** Activations by TFLite's numbers, as ONNX names them. */
const activations: Readonly<Record<number, string>> = { 1: "Relu", 4: "Tanh" };

/** @param starts the first weight of each direction: kernel, recurrent kernel, bias */
function rnnWeights(
  context: TfContext,
  starts: readonly number[],
  more: readonly number[],
): Stacked {
  const { shape, inputs, weight } = context;
  if (more.some((i) => isThere(context, i)))
    throw new UnsupportedError("an RNN with a second input");
  const units = shape(inputs[starts[0]!]!)[0];
  if (typeof units !== "number")
    throw new UnsupportedError("the shape of its weights is not known");
  const named = (start: number, i: number, name: string) => {
    const prefix = starts.length > 1 ? ["forward_", "backward_"][starts.indexOf(start)]! : "";
    return alone(context, weight(start + i, `${prefix}${name}`));
  };
  return {
    kernels: starts.map((start) => named(start, 0, "kernel")),
    recurrents: starts.map((start) => named(start, 1, "recurrent")),
    biases: starts.map((start) => withHalf(context, named(start, 2, "bias"), units)),
    units,
  };
}

/** Runs the sequence one way or both ways. */
function runSequence(
  context: TfContext,
  op: "LSTM" | "RNN",
  { kernels, recurrents, biases, units }: Stacked,
  more: Readonly<Record<string, readonly string[]>> = {},
): TfValue[] {
  const { b, node, attributes, inputs, plain } = context;
  const first = attributes.flag("time_major");
  const order = first ? [0, 1, 2] : [1, 0, 2];
  const x = plain(inputs[0]!);
  const steps = first ? x : b.op("Transpose", [x], { perm: [1, 0, 2] });
  const together = (parts: readonly string[]) =>
    parts.length === 1 ? parts[0]! : b.op("Concat", [...parts], { axis: 0 });
  const both = kernels.length > 1;
  const read = [steps, together(kernels), together(recurrents), together(biases)];
  const made = b.op(
    op,
    read,
    { hidden_size: units, ...(both ? { direction: "bidirectional" } : {}), ...more },
    { name: node.name },
  );
  // (steps, directions, rows, units)
  if (!both) return [{ value: b.op("Squeeze", [made, b.i64([1])]), order }];
  if (attributes.flag("merge_outputs")) {
    const beside = b.op("Transpose", [made], { perm: [0, 2, 1, 3] });
    return [{ value: b.op("Reshape", [beside, b.i64([0, 0, 2 * units])]), order }];
  }
  return [0, 1].map((direction) => {
    const one = b.op("Slice", [
      made,
      ...[[direction], [direction + 1], [1]].map((each) => b.i64(each)),
    ]);
    return { value: b.op("Squeeze", [one, b.i64([1])]), order };
  });
}

const lstmOf = (starts: readonly number[], more: readonly number[]) => (context: TfContext) =>
  runSequence(context, "LSTM", lstmWeights(context, starts, more));

const rnnOf = (starts: readonly number[], more: readonly number[]) => (context: TfContext) => {
  const activation = activations[context.attributes.int("activation", 0)];
  if (activation === undefined)
    throw new UnsupportedError("an RNN of another activation than tanh or relu");
  const named = { activations: starts.map(() => activation) };
  return runSequence(context, "RNN", rnnWeights(context, starts, more), named);
};

/**
 * What decides its rounds is the photo's: others are written out before.
 *
 * Sources: unidirectional_sequence_lstm.cc and its neighbours in tensorflow/lite/kernels
 */
export const recurrentOps: readonly TfliteOp[] = [
  {
    ops: "UNIDIRECTIONAL_SEQUENCE_LSTM",
    kind: "recurrent",
    options: (o) => ({
      activation: { i: o.byte(0) },
      cell_clip: { f: o.real(1) },
      time_major: { b: o.flag(3) },
    }),
    lower: lstmOf([1], [20, 21, 22, 23]),
  },
  {
    ops: "BIDIRECTIONAL_SEQUENCE_LSTM",
    kind: "recurrent",
    options: (o) => ({
      activation: { i: o.byte(0) },
      cell_clip: { f: o.real(1) },
      merge_outputs: { b: o.flag(3) },
      // Of this op alone true is what is meant where nothing is said.
      time_major: { b: o.byte(4, 1) !== 0 },
    }),
    lower: lstmOf([1, 18], [39, 40, 41, 42, 43, 44, 45, 46, 47]),
  },
  {
    ops: "UNIDIRECTIONAL_SEQUENCE_RNN",
    kind: "recurrent",
    options: (o) => ({ time_major: { b: o.flag(0) }, activation: { i: o.byte(1) } }),
    lower: rnnOf([1], []),
  },
  {
    ops: "BIDIRECTIONAL_SEQUENCE_RNN",
    kind: "recurrent",
    options: (o) => ({
      time_major: { b: o.flag(0) },
      activation: { i: o.byte(1) },
      merge_outputs: { b: o.flag(2) },
    }),
    lower: rnnOf([1, 5], [9, 10, 11]),
  },
];
