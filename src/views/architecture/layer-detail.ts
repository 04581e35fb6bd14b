import type { NetworkLayer } from "../../model/network.ts";

type Config = Readonly<Record<string, unknown>>;

/**
 * What is peculiar to a layer in a few words: the window of a convolution or pooling with its stride,
 * the rate of a Dropout. Empty where class and shape say it all. Reads the settings by the names that
 * Keras and ONNX have for them, whatever the layer is.
 */
export function ownDetail({ config }: Pick<NetworkLayer, "config">): string {
  const window = lengths(config, ["kernel_size", "kernel_shape", "pool_size"]);
  const stride = lengths(config, ["strides", "subsample"]);
  const dilation = lengths(config, ["dilation_rate", "dilations"]);
  const groups = number(config, ["groups", "group"]);
  const rate = number(config, ["rate", "p", "ratio"]);
  return [
    window && window.join(" × "),
    // A pooling strides by its window unless it says otherwise.
    stride && !isOne(stride) && !same(stride, window, "pool_size" in config) && strideWords(stride),
    dilation && !isOne(dilation) && `dilation ${plain(dilation)}`,
    groups !== undefined && groups > 1 && `${groups} groups`,
    rate !== undefined && `rate ${rate}`,
  ]
    .filter(Boolean)
    .join(", ");
}

const strideWords = (stride: readonly number[]): string => `stride ${plain(stride)}`;

const isOne = (list: readonly number[]): boolean => list.every((length) => length === 1);

const same = (a: readonly number[], b: readonly number[] | undefined, asked: boolean): boolean =>
  asked && b !== undefined && a.join() === b.join();

/** `2` for `[2, 2]`. */
const plain = (list: readonly number[]): string =>
  new Set(list).size === 1 ? String(list[0]) : list.join(" × ");

function lengths(config: Config, keys: readonly string[]): readonly number[] | undefined {
  for (const key of keys) {
    const value = config[key];
    if (Array.isArray(value) && value.length > 0 && value.every((item) => Number.isInteger(item)))
      return value as number[];
  }
  return undefined;
}

function number(config: Config, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const value = config[key];
    if (typeof value === "number") return Number(value.toPrecision(3));
  }
  return undefined;
}
