import { type TfliteOp, alike, as } from "../define-op.ts";

export const indexingOps: readonly TfliteOp[] = [
  ...alike("reshaping", { GATHER_ND: "GatherNd", SCATTER_ND: "ScatterNd" }),
  ...alike("other", { ONE_HOT: "OneHot" }, (o) => ({ axis: { i: o.int(0) } })),
  ...alike("arithmetic", { CUMSUM: "Cumsum" }, (o) => ({
    exclusive: { b: o.flag(0) },
    reverse: { b: o.flag(1) },
  })),
  ...alike("other", { WHERE: "Where" }),
  // They always give as many rows as there may be at most.
  ...alike(
    "other",
    {
      NON_MAX_SUPPRESSION_V4: "NonMaxSuppressionV4",
      NON_MAX_SUPPRESSION_V5: "NonMaxSuppressionV5",
    },
    () => ({ pad_to_max_output_size: { b: true } }),
  ),
  {
    ops: "EMBEDDING_LOOKUP",
    kind: "embedding",
    lower: (context) => as("Gather")(context.reading([context.input(1), context.input(0)])),
  },
];
