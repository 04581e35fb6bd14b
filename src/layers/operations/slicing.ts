import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { normalizeAxis } from "../../base/shape.ts";
import { type Argument, isTensorArgument } from "../arguments.ts";
import type { SymbolicTensor } from "../define-layer.ts";
import { flattenNumbers, shapeOfNumbers, unwrapNumpy } from "../fields/numbers-field.ts";
import type { Numbers } from "../fields/numbers-field.ts";
import { graphAxis, plainTensor } from "../symbolic.ts";
import { type Operand, type Operation, type Scope, cast } from "./operation.ts";
import { squeeze, unsqueeze } from "./shapes.ts";

/** Far enough to reach past either end of any axis. */
const beyond = 2 ** 31 - 1;
/** No layer cuts an axis into more. */
export const mostParts = 10_000;

/** One axis of a Python index, `start:stop:step`. */
export interface Range {
  start: number | null;
  stop: number | null;
  step: number;
}

/** The number of elements that a Python slice takes from `length`. */
function sliceLength(length: number | null, { start, stop, step }: Range): number | null {
  if (length === null) return null;
  const clamp = (index: number, low: number, high: number) =>
    Math.max(low, Math.min(high, index < 0 ? index + length : index));
  const first =
    start === null
      ? step > 0
        ? 0
        : length - 1
      : clamp(start, step > 0 ? 0 : -1, step > 0 ? length : length - 1);
  const last =
    stop === null
      ? step > 0
        ? length
        : -1
      : clamp(stop, step > 0 ? 0 : -1, step > 0 ? length : length - 1);
  return Math.max(0, Math.ceil((last - first) / step));
}

/** Takes a range of each axis; an axis without one stays whole. */
export function takeRanges(
  { b }: Scope,
  tensor: Operand,
  ranges: readonly (Range | undefined)[],
): SymbolicTensor {
  const cut = ranges.flatMap((range, axis) =>
    range && (range.start !== null || range.stop !== null || range.step !== 1)
      ? [{ range, axis }]
      : [],
  );
  if (cut.length === 0) return tensor;
  const value = b.op("Slice", [
    tensor.value,
    b.i64(cut.map(({ range }) => range.start ?? (range.step > 0 ? 0 : beyond))),
    b.i64(cut.map(({ range }) => range.stop ?? (range.step > 0 ? beyond : -beyond))),
    b.i64(cut.map(({ axis }) => graphAxis(tensor, axis))),
    b.i64(cut.map(({ range }) => range.step)),
  ]);
  const shape = tensor.shape.map((length, axis) => {
    const range = ranges[axis];
    return range ? sliceLength(length, range) : length;
  });
  return { ...tensor, value, shape };
}

type Index = "ellipsis" | "new" | number | Range;

/** One entry of an index, as Keras 2 or 3 wrote it. */
function parseIndex(entry: Argument): Index {
  if (entry === null) return "new";
  if (typeof entry === "number") return entry;
  const record = entry as { class_name?: string; config?: unknown };
  if (record.class_name === "__ellipsis__") return "ellipsis";
  const range = (record.class_name === "__slice__" ? record.config : record) as Record<
    string,
    unknown
  > | null;
  const bound = (key: string): number | null => {
    const value = unwrapNumpy(range?.[key]) ?? null;
    if (value !== null && typeof value !== "number")
      throw new StriateError("slices by a computed index, which is not supported");
    return value;
  };
  if (range === null || typeof range !== "object" || !("start" in range))
    throw new StriateError("slices by a list or a tensor, which is not supported");
  return { start: bound("start"), stop: bound("stop"), step: bound("step") ?? 1 };
}

/** Python's `x[...]`: ranges, whole numbers, new axes, and one ellipsis. */
const getItem: Operation = {
  className: "GetItem",
  functions: ["__operators__.getitem"],
  parameters: ["x|tensor", "key|slice_spec"],
  write(scope, args) {
    const tensor = args.tensor("x");
    const raw = args.raw("key") ?? null;
    const entries = (Array.isArray(raw) ? (raw as Argument[]) : [raw]).map(parseIndex);
    const used = entries.filter((entry) => entry !== "new" && entry !== "ellipsis").length;
    const whole: Range = { start: null, stop: null, step: 1 };
    const skipped = new Array<Index>(tensor.shape.length - used).fill(whole);
    const at = entries.indexOf("ellipsis");
    const full =
      at < 0
        ? [...entries, ...skipped]
        : [...entries.slice(0, at), ...skipped, ...entries.slice(at + 1)];
    const ranges: Range[] = [];
    const dropped: number[] = [];
    const added: number[] = [];
    let place = 0;
    for (const entry of full) {
      if (entry === "new") added.push(place++);
      else if (typeof entry === "number") {
        dropped.push(ranges.length);
        ranges.push({ start: entry, stop: entry === -1 ? null : entry + 1, step: 1 });
      } else {
        ranges.push(entry as Range);
        place++;
      }
    }
    const taken = takeRanges(scope, tensor, ranges);
    return unsqueeze(scope, squeeze(scope, taken, dropped), added);
  },
};

const slice: Operation = {
  className: "Slice",
  functions: ["slice"],
  parameters: ["x|input_|input", "start_indices|begin", "shape|size"],
  write(scope, args) {
    const sizes = args.integers("shape");
    const ranges = args.integers("start_indices").map((start, axis): Range => {
      const size = sizes[axis]!;
      return { start, stop: size === -1 ? null : start + size, step: 1 };
    });
    return takeRanges(scope, args.tensor("x"), ranges);
  },
};

const take: Operation = {
  className: "Take",
  functions: ["gather", "compat.v1.gather"],
  parameters: ["x|params", "indices", "axis"],
  write(scope, args) {
    const { b } = scope;
    const tensor = args.tensor("x");
    if (scope.kerasVersion === 3 && !args.has("axis"))
      throw new StriateError("gathers from all axes at once, which is not supported");
    const axis = normalizeAxis(args.number("axis", 0), tensor.shape.length);
    const list = unwrapNumpy(args.raw("indices"));
    const plain = plainTensor(scope.plain(tensor), tensor.shape, tensor.type);
    if (isTensorArgument(args.raw("indices"))) {
      const places = cast(b, args.tensor("indices"), "int64");
      const value = b.op("Gather", [plain.value, scope.plain(places)], { axis });
      const shape = [
        ...plain.shape.slice(0, axis),
        ...places.shape,
        ...plain.shape.slice(axis + 1),
      ];
      return plainTensor(value, shape, plain.type);
    }
    const numbers = list as Numbers;
    const places = flattenNumbers(numbers);
    const gathered = b.op("Gather", [plain.value, b.i64(places)], { axis });
    const flat = plainTensor(gathered, plain.shape.with(axis, places.length), plain.type);
    if (typeof list === "number") return squeeze(scope, flat, [axis]);
    const inner = shapeOfNumbers(numbers);
    if (inner.length === 1) return flat;
    throw new StriateError("gathers by a nested list, which is not supported");
  },
};

const flip: Operation = {
  className: "Flip",
  functions: ["reverse"],
  parameters: ["x|tensor", "axis"],
  write(scope, args) {
    const tensor = args.tensor("x");
    const axes = args.axes("axis", tensor.shape.length);
    const back: Range = { start: null, stop: null, step: -1 };
    return takeRanges(
      scope,
      tensor,
      tensor.shape.map((_, axis) => (axes.includes(axis) ? back : undefined)),
    );
  },
};

const roll: Operation = {
  className: "Roll",
  functions: ["roll"],
  parameters: ["x|input", "shift", "axis"],
  write(scope, args) {
    const tensor = args.tensor("x");
    const shifts = args.integers("shift");
    let rolled: SymbolicTensor = tensor;
    args.integers("axis").forEach((each, i) => {
      const axis = normalizeAxis(each, tensor.shape.length);
      const part = (start: number | null, stop: number | null) =>
        takeRanges(
          scope,
          rolled,
          rolled.shape.map((_, a) => (a === axis ? { start, stop, step: 1 } : undefined)),
        );
      const shift = shifts[i] ?? shifts[0]!;
      if (shift === 0) return;
      const parts = [part(-shift, null), part(null, -shift)].map((x) => x.value);
      rolled = { ...rolled, value: scope.b.op("Concat", parts, { axis: graphAxis(rolled, axis) }) };
    });
    return rolled;
  },
};

/** Cuts an axis into parts of the given lengths. */
function parts(
  { b }: Scope,
  tensor: Operand,
  axis: number,
  lengths: readonly number[],
): SymbolicTensor[] {
  const values = b.ops(
    "Split",
    [tensor.value, b.i64(lengths)],
    { axis: graphAxis(tensor, axis) },
    { outputCount: lengths.length },
  );
  return values.map((value, i) => ({
    ...tensor,
    value,
    shape: tensor.shape.with(axis, lengths[i]!),
  }));
}

/** Cuts into equal parts, or where a list says: TensorFlow lists lengths, NumPy the places of the cuts. */
const split = (
  className: string,
  functions: string[],
  parameter: string,
  lengthsOf: (list: readonly number[], length: number) => number[],
): Operation => ({
  className,
  functions,
  parameters: ["x|value|ary", parameter, "axis"],
  write(scope, args) {
    const tensor = args.tensor("x");
    const axis = normalizeAxis(args.number("axis", 0), tensor.shape.length);
    const length = tensor.shape[axis];
    if (typeof length !== "number") throw new StriateError("splits an axis of unknown length");
    const given = args.integers(parameter);
    const isCount = !Array.isArray(unwrapNumpy(args.raw(parameter)));
    const equal = new Array<number>(
      checkedLength(isCount ? given[0]! : 0, "parts", mostParts),
    ).fill(length / given[0]!);
    return parts(scope, tensor, axis, isCount ? equal : lengthsOf(given, length));
  },
});

const splits = [
  split("Split", [], "indices_or_sections", (cuts, length) =>
    [...cuts, length].map((end, i) => end - (i === 0 ? 0 : cuts[i - 1]!)),
  ),
  split("", ["split"], "num_or_size_splits", (lengths) => [...lengths]),
];

const unstack: Operation = {
  className: "Unstack",
  functions: ["unstack"],
  parameters: ["x|value", "num", "axis"],
  write(scope, args) {
    const tensor = args.tensor("x");
    const axis = normalizeAxis(args.number("axis", 0), tensor.shape.length);
    const length = tensor.shape[axis];
    if (typeof length !== "number") throw new StriateError("unstacks an axis of unknown length");
    return parts(
      scope,
      tensor,
      axis,
      new Array<number>(checkedLength(length, "parts", mostParts)).fill(1),
    ).map((part) => squeeze(scope, part, [axis]));
  },
};

const oneHot: Operation = {
  className: "OneHot",
  functions: ["one_hot"],
  parameters: ["x|indices", "num_classes|depth", "axis"],
  write(scope, args) {
    const { b } = scope;
    const tensor = cast(b, args.tensor("x"), "int64");
    const depth = args.number("num_classes");
    const value = b.op("OneHot", [scope.plain(tensor), b.i64(depth), b.f32([0, 1])], { axis: -1 });
    if (args.number("axis", -1) !== -1)
      throw new StriateError("one-hot vectors along an inner axis");
    return plainTensor(value, [...tensor.shape, depth]);
  },
};

const cumsum: Operation = {
  className: "Cumsum",
  functions: ["math.cumsum", "cumsum"],
  parameters: ["x", "axis"],
  write(scope, args) {
    const tensor = args.tensor("x");
    if (scope.kerasVersion === 3 && !args.has("axis"))
      throw new StriateError("sums up over all axes at once, which is not supported");
    const axis = graphAxis(tensor, args.number("axis", 0));
    return { ...tensor, value: scope.b.op("CumSum", [tensor.value, scope.b.i64(axis)]) };
  },
};

const topK: Operation = {
  className: "TopK",
  functions: ["math.top_k", "nn.top_k"],
  parameters: ["x|input", "k"],
  write(scope, args) {
    const tensor = args.tensor("x");
    const k = args.number("k", 1);
    const axis = graphAxis(tensor, -1);
    const [values, places] = scope.b.ops(
      "TopK",
      [tensor.value, scope.b.i64([k])],
      { axis },
      { outputCount: 2 },
    );
    const shape = tensor.shape.with(-1, k);
    return [
      { ...tensor, value: values!, shape },
      { ...tensor, value: places!, shape, type: "int64" },
    ];
  },
};

export const slicing: Operation[] = [
  getItem,
  slice,
  take,
  flip,
  roll,
  ...splits,
  unstack,
  oneHot,
  cumsum,
  topK,
];
