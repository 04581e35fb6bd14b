import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { normalizeAxis } from "../../base/shape.ts";
import type { SymbolicTensor } from "../define-layer.ts";
import { graphAxis, plainTensor } from "../symbolic.ts";
import { type Operation, cast } from "./operation.ts";
import { type Range, mostParts, takeRanges } from "./slicing.ts";

/** Turned round along the axis of its name. */
const flipped = (className: string, axis: number): Operation => ({
  className,
  parameters: ["x"],
  write(scope, args) {
    const tensor = args.tensor("x");
    const back: Range = { start: null, stop: null, step: -1 };
    return takeRanges(
      scope,
      tensor,
      tensor.shape.map((_, each) => (each === axis ? back : undefined)),
    );
  },
});

/** The differences of neighbours, `n` times. */
const diff: Operation = {
  className: "Diff",
  parameters: ["x|a", "n", "axis"],
  write(scope, args) {
    const { b } = scope;
    let x: SymbolicTensor = cast(b, args.tensor("x"), "float32");
    const axis = normalizeAxis(args.number("axis", -1), x.shape.length);
    const times = checkedLength(args.number("n", 1), "differences", mostParts);
    for (let i = 0; i < times; i++) {
      const part = (start: number | null, stop: number | null) =>
        takeRanges(
          scope,
          x,
          x.shape.map((_, each) => (each === axis ? { start, stop, step: 1 } : undefined)),
        );
      const [after, before] = [part(1, null), part(null, -1)];
      x = { ...after, value: b.op("Sub", [after.value, before.value]) };
    }
    return x;
  },
};

/** What stands below, or above, a diagonal of the last two axes. */
const triangle = (className: string, upper: 0 | 1): Operation => ({
  className,
  parameters: ["x", "k"],
  write(scope, args) {
    const x = args.tensor("x");
    const inputs = [scope.plain(x), scope.b.i64(args.number("k", 0))];
    return plainTensor(scope.b.op("Trilu", inputs, { upper }), x.shape, x.type);
  },
});

/** In ascending order along an axis: the values, or where they stood. */
const sorted = (className: string, functions: string[], output: 0 | 1): Operation => ({
  className,
  functions,
  parameters: ["x|values", "axis"],
  write(scope, args) {
    const x = args.tensor("x");
    const axis = normalizeAxis(args.number("axis", -1), x.shape.length);
    const length = x.shape[axis];
    if (typeof length !== "number") throw new StriateError("sorts an axis of unknown length");
    const values = scope.b.ops(
      "TopK",
      [x.value, scope.b.i64([length])],
      { axis: graphAxis(x, axis), largest: 0, sorted: 1 },
      { outputCount: 2 },
    );
    return { ...x, value: values[output]!, type: output === 1 ? "int64" : x.type };
  },
});

/** What compares or orders the elements along an axis. */
export const alongAxis: Operation[] = [
  flipped("Flipud", 0),
  flipped("Fliplr", 1),
  diff,
  triangle("Tril", 0),
  triangle("Triu", 1),
  sorted("Sort", ["sort"], 0),
  sorted("Argsort", ["argsort"], 1),
];
