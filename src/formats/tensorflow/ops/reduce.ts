import { typeCode } from "../../../graph/protobuf/types.ts";
import { type TfOp, type TfValue, plainValue, positiveAxis } from "../define-op.ts";

/** A reduction over constant axes keeps the graph's layout. */
const reductions: readonly TfOp[] = Object.entries({
  Mean: "ReduceMean",
  Sum: "ReduceSum",
  Max: "ReduceMax",
  Min: "ReduceMin",
  Prod: "ReduceProd",
  EuclideanNorm: "ReduceL2",
}).map(([ops, op]): TfOp => ({
  ops,
  kind: "pooling",
  lower({ b, node, attributes, input, rank, numbers, arrange }) {
    const x = input(0);
    const size = rank(x);
    const axes = numbers(1).map((axis) => positiveAxis(axis, size));
    const keepdims = attributes.flag("keep_dims") ? 1 : 0;
    const value = b.op(
      op,
      [arrange(x, x.order), b.i64(axes.map((axis) => x.order.indexOf(axis)))],
      { keepdims },
      { name: node.name },
    );
    if (keepdims) return { value, order: x.order };
    return { value, order: withoutAxes(x.order, axes) };
  },
}));

/** The order that is left when axes are taken away: those behind move up. */
export function withoutAxes(order: readonly number[], gone: readonly number[]): number[] {
  const left = order.filter((axis) => !gone.includes(axis));
  const sorted = [...left].sort((a, b) => a - b);
  return left.map((axis) => sorted.indexOf(axis));
}

const extremes: readonly TfOp[] = ["ArgMax", "ArgMin"].map((ops): TfOp => ({
  ops,
  kind: "arithmetic",
  lower({ b, input, rank, numbers, plain }) {
    const x = input(0);
    const axis = positiveAxis(numbers(1)[0] ?? 0, rank(x));
    const value = b.op(ops, [plain(x)], { axis, keepdims: 0 });
    return plainValue(value, rank(x) - 1);
  },
}));

/** Whether any, or all, of some truths hold. */
const truths: readonly TfOp[] = [["Any", "Max"] as const, ["All", "Min"] as const].map(
  ([ops, op]): TfOp => ({
    ops,
    kind: "other",
    lower(context) {
      const { b, input } = context;
      const x = input(0);
      const numbers = b.op("Cast", [context.arrange(x, x.order)], { to: typeCode("float32") });
      const counted = { value: numbers, order: x.order };
      const reduce = reductions.find(({ ops: name }) => name === op)!;
      const made = reduce.lower(context.reading([counted, input(1)])) as TfValue;
      const value = b.op("Cast", [made.value!], { to: typeCode("bool") });
      return { value, order: made.order };
    },
  }),
);

export const reduceOps: readonly TfOp[] = [...reductions, ...extremes, ...truths];
