import { float } from "../../../graph/attributes.ts";
import { UnsupportedError } from "../../../base/errors.ts";
import type { TfContext, TfOp, TfValue } from "../define-op.ts";
import { layoutOf } from "./window.ts";

const batchNorm: TfOp = {
  ops: "FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3",
  outputs: ["y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"],
  kind: "normalization",
  lower(context) {
    const { b, node, attributes, input, rank, shape, arrange, weight } = context;
    const training = attributes.flag("is_training", true);
    if (training && shape(input(0))[0] === 1) return ofOnePicture(context);
    if (training)
      throw new UnsupportedError(
        "the batch normalisation is in training; freeze the model for inference",
      );
    const x = input(0);
    const { order } = layoutOf(context, rank(x));
    const statistics = ["gamma", "beta", "moving_mean", "moving_variance"].map((name, i) =>
      weight(1 + i, name),
    );
    const value = b.op(
      "BatchNormalization",
      [arrange(x, order), ...statistics],
      { epsilon: float(attributes.real("epsilon", 1e-4)) },
      { name: node.name },
    );
    return { value, order };
  },
};

/**
 * The op in training, of one picture: its channels are normalised by their own mean and variance, which
 * is how Keras 2 writes a layer normalisation.
 */
function ofOnePicture(context: TfContext): TfValue {
  const { b, node, attributes, input, rank, arrange, plain } = context;
  const x = input(0);
  const { order } = layoutOf(context, rank(x));
  const value = arrange(x, order);
  const axes = b.i64([0, ...order.slice(2).map((_, i) => 2 + i)]);
  const perChannel = b.i64([1, -1, ...order.slice(2).map(() => 1)]);
  const [gamma, beta] = [1, 2].map((i) => b.op("Reshape", [plain(input(i)), perChannel]));
  const centred = b.op("Sub", [value, b.op("ReduceMean", [value, axes], { keepdims: 1 })]);
  const squares = b.op("Mul", [centred, centred]);
  const variance = b.op("ReduceMean", [squares, axes], { keepdims: 1 });
  const deviation = b.op("Sqrt", [
    b.op("Add", [variance, b.f32(attributes.real("epsilon", 1e-4))]),
  ]);
  const scaled = b.op("Mul", [b.op("Div", [centred, deviation]), gamma!]);
  return { value: b.op("Add", [scaled, beta!], {}, { name: node.name }), order };
}

/** One number a channel, whichever axis the channels are. */
const biasAdd: TfOp = {
  ops: "BiasAdd BiasAddV1",
  kind: "arithmetic",
  lower(context) {
    const { b, node, input, rank, arrange, weight } = context;
    const x = input(0);
    const { channelsFirst } = layoutOf(context, rank(x));
    const axis = x.order.indexOf(channelsFirst ? 1 : rank(x) - 1);
    const [length] = context.shape(input(1));
    // bounded: a difference of ranks
    const shape = [length as number, ...new Array<number>(rank(x) - 1 - axis).fill(1)];
    const bias = weight(1, "bias", undefined, shape);
    const value = b.op("Add", [arrange(x, x.order), bias], {}, { name: node.name });
    return { value, order: x.order };
  },
};

const localResponse: TfOp = {
  ops: "LRN",
  kind: "normalization",
  lower({ b, attributes, input, arrange }) {
    const radius = attributes.int("depth_radius", 5);
    const size = 2 * radius + 1;
    const order = [0, 3, 1, 2];
    const value = b.op("LRN", [arrange(input(0), order)], {
      size,
      // ONNX divides alpha by the size, TensorFlow does not.
      alpha: float(attributes.real("alpha", 1) * size),
      beta: float(attributes.real("beta", 0.5)),
      bias: float(attributes.real("bias", 1)),
    });
    return { value, order };
  },
};

export const normalizationOps: readonly TfOp[] = [batchNorm, biasAdd, localResponse];
