import { StriateError } from "../../base/errors.ts";
import { nearestNames } from "../../base/names.ts";

/** What is done to a pixel's 0..255 before it enters a network: `value * multiply + add`, a channel. */
export interface Scale {
  /** The order in which red, green and blue go in. */
  readonly order: "rgb" | "bgr";
  /** One factor for each channel, in the order in which they go in. */
  readonly multiply: readonly [number, number, number];
  readonly add: readonly [number, number, number];
  /** The same in words: `x / 255`. */
  readonly words: string;
}

const even = (multiply: number, add: number, words: string): Scale => ({
  order: "rgb",
  multiply: [multiply, multiply, multiply],
  add: [add, add, add],
  words,
});

// torchvision's ImageNet statistics (torchvision.transforms, model documentation).
const mean = [0.485, 0.456, 0.406] as const;
const deviation = [0.229, 0.224, 0.225] as const;

const named: Readonly<Record<string, Scale>> = {
  none: even(1, 0, "0..255, not scaled"),
  "0..1": even(1 / 255, 0, "x / 255"),
  // keras.applications' "tf" mode.
  "-1..1": even(1 / 127.5, -1, "x / 127.5 - 1"),
  imagenet: {
    order: "rgb",
    multiply: [1 / 255 / deviation[0], 1 / 255 / deviation[1], 1 / 255 / deviation[2]],
    add: [-mean[0] / deviation[0], -mean[1] / deviation[1], -mean[2] / deviation[2]],
    words: "(x / 255 - mean) / deviation of ImageNet",
  },
  // keras.applications' "caffe" mode: blue, green, red, minus ImageNet's mean.
  caffe: {
    order: "bgr",
    multiply: [1, 1, 1],
    add: [-103.939, -116.779, -123.68],
    words: "blue, green, red, minus the mean of ImageNet",
  },
};

/** The names that {@link parseScale} knows, `1/255` standing for any `1/N`. */
export const scaleNames = ["1/255", ...Object.keys(named)] as const;

/**
 * Reads a scaling as a user writes it: `none`, `0..1`, `-1..1`, `imagenet`, `caffe`, `1/N` with any number
 * N, or a formula with one number for all channels or one for each, `(x - [123.7, 116.3, 103.5]) / 58.4`;
 * with `* SCALE` it is that of codes, where the code is the pixel. The order of the colours may stand behind
 * it, `1/255 bgr`, where it is another one.
 *
 * @throws StriateError that lists the known ones
 */
export function parseScale(text: string): Scale {
  const known = Object.hasOwn(named, text) ? named[text] : undefined;
  if (known) return known;
  const [, plain, order] = /^(.+?) +(rgb|bgr)$/.exec(text) ?? [];
  if (plain !== undefined) return inOrder(parseScale(plain), order as Scale["order"]);
  const divisor = /^1\/(\d+(?:\.\d+)?)$/.exec(text)?.[1];
  if (divisor && Number(divisor) > 0) return even(1 / Number(divisor), 0, `x / ${divisor}`);
  const formula = parseFormula(text);
  if (formula) return formula;
  const near = nearestNames(text, scaleNames, 1)[0]!;
  throw new StriateError(
    `scaling "${text}" is not known; did you mean "${near}"? Known are ${scaleNames.join(", ")}, ` +
      "and formulas as (x - 127.5) / 127.5",
  );
}

/** `(x - MEAN) / DEVIATION` in the words of {@link parseScale}; one number for all channels, or three. */
export function formulaOf(
  mean: readonly number[],
  sign: "/" | "*",
  factor: readonly number[],
  digits = 17,
): string {
  const text = (numbers: readonly number[]) => {
    const short = numbers.map((number) => String(Number(number.toPrecision(digits))));
    return new Set(short).size === 1 ? short[0]! : `[${short.join(", ")}]`;
  };
  const isOneBelow = new Set(mean).size === 1 && mean[0]! < 0;
  const [side, shift] = isOneBelow ? ["+", [-mean[0]!]] : ["-", mean];
  return `(x ${side} ${text(shift as readonly number[])}) ${sign} ${text(factor)}`;
}

/** The scaling that takes a mean off and divides by a deviation: by its name, where it has one. */
export function scaleOf(mean: readonly number[], deviation: readonly number[]): string {
  const isNear = (values: readonly number[], wanted: number) =>
    values.every((value) => Math.abs(value - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted)));
  if (isNear(mean, 0) && isNear(deviation, 255)) return "0..1";
  if (isNear(mean, 127.5) && isNear(deviation, 127.5)) return "-1..1";
  if (isNear(mean, 0) && isNear(deviation, 1)) return "none";
  return formulaOf(mean, "/", deviation);
}

const number = String.raw`-?\d+(?:\.\d+)?(?:e[+-]?\d+)?`;
const numbers = String.raw`${number}|\[${number}(?:, *${number}){2}\]`;
const formulaPattern = new RegExp(`^\\(x ([+-]) (${numbers})\\) ([/*]) (${numbers})$`);

function parseFormula(text: string): Scale | undefined {
  const [, side, shift = "", sign, factor = ""] = formulaPattern.exec(text) ?? [];
  if (side === undefined) return undefined;
  const mean = threeOf(shift).map((value) => (side === "-" ? value : -value));
  const multiply = threeOf(factor).map((value) => (sign === "/" ? 1 / value : value));
  if (!multiply.every((value) => Number.isFinite(value) && value !== 0)) return undefined;
  const words = formulaOf(mean, sign as "/" | "*", threeOf(factor), 6);
  return {
    order: "rgb",
    multiply: multiply as unknown as Scale["multiply"],
    add: mean.map((value, i) => -value * multiply[i]!) as unknown as Scale["add"],
    words: sign === "*" ? `${words}: the code is the pixel` : words,
  };
}

/** One number for all channels, or `[a, b, c]`. */
function threeOf(text: string): number[] {
  const found = text.replace(/[[\]]/g, "").split(",").map(Number);
  return found.length === 1 ? [found[0]!, found[0]!, found[0]!] : found;
}

/** The same scaling of each colour, with the colours in another order. */
function inOrder(scale: Scale, order: Scale["order"]): Scale {
  if (scale.order === order) return scale;
  const turned = ([a, b, c]: Scale["multiply"]) => [c, b, a] as const;
  const words = order === "bgr" ? "blue, green, red" : "red, green, blue";
  return {
    order,
    multiply: turned(scale.multiply),
    add: turned(scale.add),
    words: `${scale.words.replace(/^blue, green, red, /, "")}, in the order ${words}`,
  };
}
