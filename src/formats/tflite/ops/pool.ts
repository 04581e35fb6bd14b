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

export const poolOps: readonly TfliteOp[] = [
  averagePool,
  ...alike("pooling", { MAX_POOL_2D: "MaxPool" }, poolOptions),
  ...reductions,
  ...alike("arithmetic", { ARG_MAX: "ArgMax", ARG_MIN: "ArgMin" }),
];
