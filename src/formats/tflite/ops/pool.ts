import type { TfValue } from "../../tensorflow/define-op.ts";
import { type TfliteOp, alike, as, fused, window } from "../define-op.ts";

const poolOptions: TfliteOp["options"] = (o) => ({
  ...window(o.byte(0), [o.int(2), o.int(1)], { ksize: [o.int(4), o.int(3)] }),
  ...fused(o, 5),
});

const averagePool: TfliteOp = {
  ops: "AVERAGE_POOL_2D",
  kind: "pooling",
  options: poolOptions,
  roundsAway: true,
  lower: as("AvgPool"),
};

const reductions = alike(
  "pooling",
  { MEAN: "Mean", SUM: "Sum", REDUCE_MAX: "Max", REDUCE_MIN: "Min", REDUCE_PROD: "Prod" },
  (o) => ({ keep_dims: { b: o.flag(0) } }),
);

/** The root of the mean of squares. */
const quadraticPool: TfliteOp = {
  ops: "L2_POOL_2D",
  kind: "pooling",
  options: poolOptions,
  lower(context) {
    const { b, input, arrange } = context;
    const x = input(0);
    const value = arrange(x, x.order);
    const squares = { value: b.op("Mul", [value, value]), order: x.order };
    const mean = as("AvgPool")(context.reading([squares])) as TfValue;
    return { value: b.op("Sqrt", [mean.value!]), order: mean.order };
  },
};

export const poolOps: readonly TfliteOp[] = [
  averagePool,
  quadraticPool,
  ...alike("pooling", { MAX_POOL_2D: "MaxPool" }, poolOptions),
  ...reductions,
  ...alike("other", { REDUCE_ANY: "Any", REDUCE_ALL: "All" }, (o) => ({
    keep_dims: { b: o.flag(0) },
  })),
  ...alike("arithmetic", { ARG_MAX: "ArgMax", ARG_MIN: "ArgMin" }),
];
