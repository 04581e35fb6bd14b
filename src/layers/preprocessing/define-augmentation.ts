import { largest, smallest } from "../../base/extremes.ts";
import { StriateError } from "../../base/errors.ts";
import { type Field, type Fields, type Values, field } from "../../base/fields.ts";
import { type LowerContext, commonFields, defineLayer } from "../define-layer.ts";
import { type DataFormat, dataFormatField, graphOrder, splitShape } from "../fields/layouts.ts";

/** A field that Keras has no default for. */
export const needed: Field<unknown> & { readonly required: true } = {
  kind: "json",
  parse: (value) => value,
  required: true,
};
export const valueRangeField = { value_range: field.json([0, 255]) };
export const fillFields = {
  fill_mode: field.json("reflect"),
  fill_value: field.json(0),
  interpolation: field.json("bilinear"),
};

/** A picture `(N, C, H, W)` while it is changed, and the random numbers for it. */
export interface Change<C = unknown> {
  b: LowerContext<unknown>["b"];
  x: string;
  config: C;
  channels: number;
  height: number;
  width: number;
  /** A uniform number in [low, high) for each picture, `(N, 1, 1, 1)`. */
  draw(low: number, high: number): string;
  /** `count` uniform numbers in [low, high) for all pictures together, `(count)`. */
  drawForAll(low: number, high: number, count: number): string;
  /** A normal number of deviation 1 for each value of the pictures. */
  drawNormal(): string;
}

interface Options<F extends Fields> {
  /** Changes pictures in training; a layer without it is known, so that files open, but not trained. */
  change?: (picture: Change<Values<F>>) => string;
  /** Whether pictures are changed at inference too. */
  always?: boolean;
  /** Why the layer is not trained, and what to do. */
  refusal?: string;
}

/** Defines a layer that changes pictures at random in training and passes them on at inference. */
export function augmentation<const F extends Fields>(
  className: string,
  own: F,
  options: Options<F>,
) {
  const { change, always = false, refusal } = options;
  const definition = defineLayer({
    className,
    kind: "preprocessing",
    fields: { ...commonFields, data_format: dataFormatField, seed: field.json(), ...own },
    outputShape: (_, [input]) => input!,
    lower(context) {
      const x = context.inputs[0]!;
      if (!context.training && !always) return x;
      if (change === undefined)
        throw new StriateError(
          refusal ??
            "what it does in training is not written; take it out of the model to train it",
        );
      const { b, config, arrange, random } = context;
      const format = (config as { data_format: DataFormat | null }).data_format;
      const { channels, space } = splitShape(x.shape, format);
      const [height, width] = space;
      if (
        x.shape.length !== 4 ||
        typeof height !== "number" ||
        typeof width !== "number" ||
        typeof channels !== "number"
      )
        throw new StriateError("needs pictures of known size in training");
      const order = graphOrder(4, format);
      const between = (drawn: string, low: number, high: number) =>
        convertRange({ b }, drawn, [0, 1], [low, high]);
      const changed = change({
        b,
        x: arrange(x, order),
        config: config as never,
        channels,
        height,
        width,
        draw: (low, high) => between(random("uniform", 0, x, [null, 1, 1, 1]), low, high),
        drawForAll: (low, high, count) => between(random("uniform", 0, x, [count]), low, high),
        drawNormal: () => random("normal", 1, x, [null, channels, height, width]),
      });
      return { ...x, order, value: changed };
    },
  });
  return { ...definition, change: change as Step["change"] };
}

/** A change of pictures that another layer makes use of. */
export interface Step {
  fields: Fields;
  change: ((picture: Change<never>) => string) | undefined;
}

type Range = readonly [low: number, high: number];

/** Values of one range, `[0, 255]` say, as values of another. */
export function convertRange(
  { b }: Pick<Change, "b">,
  x: string,
  [from, to]: Range,
  [low, high]: Range,
): string {
  // In Keras' steps, for its rounding; without those that change nothing, which engines stumble over.
  const steps = [
    ["Sub", from, 0],
    ["Div", to - from, 1],
    ["Mul", high - low, 1],
    ["Add", low, 0],
  ] as const;
  if (from === low && to === high) return x;
  return steps.reduce(
    (value, [op, by, nothing]) => (by === nothing ? value : b.op(op, [value, b.f32(by)])),
    x,
  );
}

/** A factor f stands for [-f, f], within bounds; a pair is taken as it is. */
export function factorRange(factor: unknown, least = -1): [low: number, high: number] {
  if (Array.isArray(factor) && factor.every((n) => typeof n === "number"))
    return [smallest(factor), largest(factor)];
  if (typeof factor !== "number")
    throw new StriateError(`expected a factor or a pair, got ${JSON.stringify(factor)}`);
  return [Math.max(-Math.abs(factor), least), Math.abs(factor)];
}

export function valueRange(given: unknown): [number, number] {
  const [low, high] = given as [number, number];
  return [low, high];
}

/** Pictures changed with a probability that is itself drawn from a range, and others as they were. */
export function withProbability(
  { b, x, draw }: Pick<Change, "b" | "x" | "draw">,
  [low, high]: readonly [number, number],
  changed: () => string,
): string {
  const probability = draw(low, high);
  const applies = b.op("Less", [draw(0, 1), probability]);
  return b.op("Where", [applies, changed(), x]);
}
