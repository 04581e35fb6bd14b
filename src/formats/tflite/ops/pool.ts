import { type TfliteOp, alike, fused, window } from "../define-op.ts";

const pools = alike("pooling", { MAX_POOL_2D: "MaxPool", AVERAGE_POOL_2D: "AvgPool" }, (o) => ({
  ...window(o.byte(0), [o.int(2), o.int(1)], { ksize: [o.int(4), o.int(3)] }),
  ...fused(o, 5),
}));

const reductions = alike(
  "pooling",
  { MEAN: "Mean", SUM: "Sum", REDUCE_MAX: "Max", REDUCE_MIN: "Min", REDUCE_PROD: "Prod" },
  (o) => ({ keep_dims: { b: o.flag(0) } }),
);

export const poolOps: readonly TfliteOp[] = [
  ...pools,
  ...reductions,
  ...alike("arithmetic", { ARG_MAX: "ArgMax", ARG_MIN: "ArgMin" }),
];
