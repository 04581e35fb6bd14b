import { UnsupportedError } from "../../../base/errors.ts";
import { type TfliteOp } from "../define-op.ts";

/**
 * The inputs of TFLite's recurrent op. Gates are input, forget, cell and output; what is not there is an empty
 * tensor.
 *
 * Source: tensorflow/lite/kernels/unidirectional_sequence_lstm.cc
 */
const places = {
  kernels: [1, 2, 3, 4],
  recurrents: [5, 6, 7, 8],
  peepholes: [9, 10, 11],
  biases: [12, 13, 14, 15],
  projection: [16, 17],
  layerNorms: [20, 21, 22, 23],
} as const;

const [input, forget, cell, output] = [0, 1, 2, 3] as const;
/** The order in which ONNX has the gates. */
const onnxOrder = [input, output, forget, cell] as const;

/** An LSTM over a whole sequence. */
const sequenceLstm: TfliteOp = {
  ops: "UNIDIRECTIONAL_SEQUENCE_LSTM",
  kind: "recurrent",
  options: (o) => ({
    activation: { i: o.byte(0) },
    cell_clip: { f: o.real(1) },
    time_major: { b: o.flag(3) },
  }),
  lower(context) {
    const { b, node, attributes, inputs, shape, plain, weight } = context;
    const isThere = (i: number) => i < inputs.length && !shape(inputs[i]!).includes(0);
    const any = (list: readonly number[]) => list.some(isThere);
    if (any(places.peepholes) || any(places.projection) || any(places.layerNorms))
      throw new UnsupportedError("an LSTM with peepholes, a projection or normalised gates");
    // Without a gate for the input it is one minus the gate that forgets.
    if (!isThere(places.kernels[input])) throw new UnsupportedError("an LSTM with coupled gates");
    // TANH, by TFLite's numbers of activations.
    if (attributes.int("activation", 0) !== 4 || attributes.real("cell_clip", 0) !== 0)
      throw new UnsupportedError("an LSTM of another activation than tanh, or that clips its cell");
    const units = shape(inputs[places.recurrents[forget]]!)[1];
    if (typeof units !== "number")
      throw new UnsupportedError("the shape of its weights is not known");
    const gates = ["i", "f", "c", "o"] as const;
    const joined = (list: readonly [number, number, number, number], name: string): string => {
      const parts = onnxOrder.map((gate) => weight(list[gate]!, `${name}_${gates[gate]}`));
      return b.op("Unsqueeze", [b.op("Concat", parts, { axis: 0 }), b.i64([0])]);
    };
    const hasBias = places.biases.every(isThere);
    // bounded: the units of weights that are in the file
    const zeros = () => b.f32(new Float32Array(8 * units), [1, 8 * units]);
    const bias = hasBias
      ? b.op("Pad", [joined(places.biases, "bias"), b.i64([0, 0, 0, 4 * units])])
      : zeros();
    const first = attributes.flag("time_major");
    const x = plain(inputs[0]!);
    const steps = first ? x : b.op("Transpose", [x], { perm: [1, 0, 2] });
    const read = [
      steps,
      joined(places.kernels, "kernel"),
      joined(places.recurrents, "recurrent"),
      bias,
    ];
    const made = b.op("LSTM", read, { hidden_size: units }, { name: node.name });
    return { value: b.op("Squeeze", [made, b.i64([1])]), order: first ? [0, 1, 2] : [1, 0, 2] };
  },
};

/** What decides its rounds is the photo's: others are written out before. */
export const recurrentOps: readonly TfliteOp[] = [sequenceLstm];
