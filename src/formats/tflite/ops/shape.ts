import { type NumericType, int64 } from "../../../base/tensor.ts";
import { type TfValue, plainValue } from "../../tensorflow/define-op.ts";
import type { TfAttribute } from "../../tensorflow/graph-def.ts";
import { typeCode } from "../../../graph/protobuf/types.ts";
import { innerType } from "../../tensorflow/graph-def.ts";
import { type TfliteOp, alike, as, fused } from "../define-op.ts";

const masks = ["begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"];

export const shapeOps: readonly TfliteOp[] = [
  {
    ops: "RESHAPE",
    tensorflow: "Reshape",
    kind: "reshaping",
    // The shape is an input, in old files an option alone, or an input of two axes beside the option.
    options: (o) => ({ new_shape: { list: { i: o.ints(0) } } }),
    constants: (options, inputs) => (inputs > 1 || !options ? [] : [options.ints(0)]),
    lower(context) {
      const { b, attributes, inputs, input } = context;
      const target = inputs[1];
      if (target === undefined || context.rank(target) === 1) return as("Reshape")(context);
      const said = attributes.ints("new_shape");
      const whole = said.length > 0 ? said : (context.maybeNumbers(1) ?? []);
      const shape: TfValue =
        whole.length > 0
          ? { constant: int64([...whole]), order: [0] }
          : plainValue(b.op("Reshape", [context.plain(target), b.i64([-1])]), 1);
      return as("Reshape")(context.reading([input(0), shape]));
    },
  },
  {
    ops: "CONCATENATION",
    kind: "merging",
    options: (o) => fused(o, 1),
    constants: (options) => [[options?.int(0) ?? 0]],
    lower: as("ConcatV2"),
  },
  {
    ops: "GATHER",
    kind: "reshaping",
    options: (o) => ({ batch_dims: { i: o.int(1) } }),
    constants: (options) => [[options?.int(0) ?? 0]],
    lower: as("GatherV2"),
  },
  {
    ops: "CAST",
    tensorflow: "Cast",
    kind: "other",
    // What its options say of types is often not there: the tensors know.
    lower({ b, attributes, input, arrange }) {
      const x = input(0);
      const coded = attributes.reals("output_scale").some((scale) => scale > 0);
      const type = coded ? "float32" : attributes.texts("result_types")[0];
      const to = typeCode(innerType((type ?? "float32") as NumericType));
      return { value: b.op("Cast", [arrange(x, x.order)], { to }), order: x.order };
    },
  },
  ...alike("reshaping", { SQUEEZE: "Squeeze" }, (o) => ({
    squeeze_dims: { list: { i: o.ints(0) } },
  })),
  ...alike("reshaping", { MIRROR_PAD: "MirrorPad" }, (o) => ({
    mode: { s: o.byte(0) === 0 ? "REFLECT" : "SYMMETRIC" },
  })),
  ...alike("reshaping", { STRIDED_SLICE: "StridedSlice" }, (o) =>
    Object.fromEntries(masks.map((name, i): [string, TfAttribute] => [name, { i: o.int(i) }])),
  ),
  ...alike("reshaping", { SPLIT: "Split", SPLIT_V: "SplitV" }, (o) => ({
    num_split: { i: o.int(0) },
  })),
  ...alike("merging", { PACK: "Pack" }, (o) => ({ axis: { i: o.int(1) } })),
  ...alike("reshaping", { UNPACK: "Unpack" }, (o) => ({
    num: { i: o.int(0) },
    axis: { i: o.int(1) },
  })),
  ...alike("reshaping", {
    EXPAND_DIMS: "ExpandDims",
    TRANSPOSE: "Transpose",
    PAD: "Pad",
    PADV2: "PadV2",
    SLICE: "Slice",
    TILE: "Tile",
    BROADCAST_TO: "BroadcastTo",
    REVERSE_V2: "ReverseV2",
  }),
  ...alike("other", {
    SHAPE: "Shape",
    RANK: "Rank",
    BROADCAST_ARGS: "BroadcastArgs",
    FILL: "Fill",
    RANGE: "Range",
    TOPK_V2: "TopKV2",
  }),
];
