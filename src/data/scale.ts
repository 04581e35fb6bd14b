import { StriateError } from "../base/errors.ts";
import { nearestNames } from "../base/names.ts";

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
 * Reads a scaling as a user writes it: `none`, `0..1`, `-1..1`, `imagenet`, `caffe`, or `1/N` with any
 * number N; the order of the colours may stand behind it, `1/255 bgr`, where it is another one.
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
  const near = nearestNames(text, scaleNames, 1)[0]!;
  throw new StriateError(
    `scaling "${text}" is not known; did you mean "${near}"? Known are ${scaleNames.join(", ")}`,
  );
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
