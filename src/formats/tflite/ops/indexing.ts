import { type TfliteOp, alike, as } from "../define-op.ts";

export const indexingOps: readonly TfliteOp[] = [
  ...alike("reshaping", { GATHER_ND: "GatherNd", SCATTER_ND: "ScatterNd" }),
  ...alike("other", { ONE_HOT: "OneHot" }, (o) => ({ axis: { i: o.int(0) } })),
  ...alike("arithmetic", { CUMSUM: "Cumsum" }, (o) => ({
    exclusive: { b: o.flag(0) },
    reverse: { b: o.flag(1) },
  })),
  ...alike("other", { WHERE: "Where", UNIQUE: "Unique", SEGMENT_SUM: "SegmentSum" }),
  ...alike("other", {
    UNSORTED_SEGMENT_SUM: "UnsortedSegmentSum",
    UNSORTED_SEGMENT_MAX: "UnsortedSegmentMax",
    UNSORTED_SEGMENT_MIN: "UnsortedSegmentMin",
    UNSORTED_SEGMENT_PROD: "UnsortedSegmentProd",
    MATRIX_DIAG: "MatrixDiag",
    MATRIX_SET_DIAG: "MatrixSetDiag",
    BITWISE_XOR: "BitwiseXor",
    RIGHT_SHIFT: "RightShift",
  }),
  ...alike("other", { BUCKETIZE: "Bucketize" }, (o) => ({
    boundaries: { list: { f: o.reals(0) } },
  })),
  ...alike("reshaping", { REVERSE_SEQUENCE: "ReverseSequence" }, (o) => ({
    seq_dim: { i: o.int(0) },
    batch_dim: { i: o.int(1) },
  })),
  // TFLite's kernel takes a default, and values that may be one for all.
  ...alike("other", { SPARSE_TO_DENSE: "SparseToDense" }),
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
