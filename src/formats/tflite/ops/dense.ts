import { UnsupportedError } from "../../../base/errors.ts";
import { plainValue } from "../../tensorflow/define-op.ts";
import { type TfliteOp, as, fused } from "../define-op.ts";

/** The weights are (out, in); pictures are flattened, unless their axes are kept. */
const fullyConnected: TfliteOp = {
  ops: "FULLY_CONNECTED",
  kind: "dense",
  options: (o) => ({ ...fused(o, 0), keep_num_dims: { b: o.flag(2) } }),
  lower({ b, node, attributes, inputs, input, rank, shape, plain, weight }) {
    const x = input(0);
    const keeps = attributes.flag("keep_num_dims");
    const [, length] = shape(input(1));
    if (typeof length !== "number")
      throw new UnsupportedError("the shape of its weights is not known");
    let value = plain(x);
    const isFlat = keeps || (rank(x) === 2 && shape(x)[1] === length);
    if (!isFlat) value = b.op("Reshape", [value, b.i64([-1, length])]);
    const name = inputs.length > 2 ? {} : { name: node.name };
    value = b.op("MatMul", [value, weight(1, "kernel", [1, 0])], {}, name);
    if (inputs.length > 2) value = b.op("Add", [value, weight(2, "bias")], {}, { name: node.name });
    return plainValue(value, isFlat ? rank(x) : 2);
  },
};

const batchMatMul: TfliteOp = {
  ops: "BATCH_MATMUL",
  kind: "dense",
  options: (o) => ({ adj_x: { b: o.flag(0) }, adj_y: { b: o.flag(1) } }),
  lower: as("BatchMatMulV2"),
};

export const denseOps: readonly TfliteOp[] = [fullyConnected, batchMatMul];
