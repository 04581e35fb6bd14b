import { StriateError } from "../../base/errors.ts";
import type { KerasShape, SymbolicTensor } from "../define-layer.ts";
import { type DataFormat, graphOrder, joinShape, splitShape } from "../fields/layouts.ts";
import { resizing } from "../preprocessing/resizing.ts";
import { asLayer } from "./as-layer.ts";
import { type Interpolation, interpolations, resize } from "../reshaping/resize.ts";
import { type Window, windowAttributes, windowOutput } from "../fields/windows.ts";
import { type Arguments, type Operation, type Scope, cast } from "./operation.ts";

/** `NCHW` and the like are TensorFlow's names. */
function formatOf(args: Arguments): DataFormat {
  const word = args.word("data_format", "channels_last");
  return word === "channels_first" || word.startsWith("NC") ? "channels_first" : "channels_last";
}

/** A tensor with its channels second, and what its shape says. */
export function picture(scope: Scope, args: Arguments) {
  const x = cast(scope.b, args.tensor("x"), "float32");
  const format = formatOf(args);
  const order = graphOrder(x.shape.length, format);
  const result = (value: string, channels: number | null, space: KerasShape): SymbolicTensor => ({
    value,
    order,
    shape: joinShape(x.shape[0] ?? null, channels, space, format),
    type: "float32",
  });
  return { ...splitShape(x.shape, format), value: scope.arrange(x, order), result };
}

/** One number for each spatial axis; TensorFlow may list the batch and the channels too. */
export function spread(list: readonly number[], rank: number): number[] {
  if (list.length === 1) return new Array<number>(rank).fill(list[0]!);
  return list.length === rank + 2 ? list.slice(1, -1) : [...list];
}

export function paddingOf(args: Arguments): "same" | "valid" {
  const word = args.word("padding", "valid").toLowerCase();
  if (word !== "same" && word !== "valid") throw new StriateError(`padding "${word}" is not known`);
  return word;
}

const pool = (className: string, op: string, functions: readonly string[]): Operation => ({
  className,
  functions,
  parameters: ["x|input|value|inputs", "pool_size|ksize", "strides", "padding", "data_format"],
  write(scope, args) {
    const { value, channels, space, result } = picture(scope, args);
    const kernel = spread(args.integers("pool_size"), space.length);
    const window: Window = {
      kernel,
      strides: args.has("strides") ? spread(args.integers("strides"), space.length) : kernel,
      dilation: kernel.map(() => 1),
      padding: paddingOf(args),
    };
    const pooled = scope.b.op(op, [value], windowAttributes(space, window));
    return result(pooled, channels, windowOutput(space, window));
  },
});

const conv: Operation = {
  className: "Conv",
  functions: ["nn.conv2d", "compat.v1.nn.conv2d", "nn.convolution"],
  parameters: [
    "x|input|inputs",
    "kernel|filters|filter",
    "strides",
    "padding",
    "data_format",
    "dilation_rate|dilations",
  ],
  write(scope, args) {
    const { b } = scope;
    const { value, channels, space, result } = picture(scope, args);
    const kernel = args.tensor("kernel");
    const rank = space.length;
    const window: Window = {
      kernel: kernel.shape.slice(0, rank) as number[],
      strides: spread(args.integers("strides", [1]), rank),
      dilation: spread(args.integers("dilation_rate", [1]), rank),
      padding: paddingOf(args),
    };
    const order = [rank + 1, rank, ...space.map((_, axis) => axis)];
    const turned = scope.arrange(kernel, order);
    // A kernel that reads fewer channels than there are goes over groups of them.
    const reads = kernel.shape.at(-2);
    const group = channels && reads ? channels / reads : 1;
    const filtered = b.op("Conv", [value, turned], {
      ...windowAttributes(space, window),
      ...(group > 1 && { group }),
    });
    return result(filtered, kernel.shape.at(-1) ?? null, windowOutput(space, window));
  },
};

/** Resizes as TensorFlow 2 and Keras do: half-pixel centres. */
const resizeOperation: Operation = {
  className: "Resize",
  functions: ["image.resize"],
  parameters: [
    "x|images",
    "size",
    "interpolation|method",
    "antialias",
    "data_format",
    "crop_to_aspect_ratio",
    "pad_to_aspect_ratio",
    "preserve_aspect_ratio",
    "fill_mode",
    "fill_value",
  ],
  write(scope, args) {
    if (args.flag("crop_to_aspect_ratio") || args.flag("pad_to_aspect_ratio"))
      return resizedLayer(scope, args);
    const { value, channels, space, result } = picture(scope, args);
    const size = args.integers("size");
    const word = args.word("interpolation", "bilinear");
    if (!interpolations.includes(word as Interpolation))
      throw new StriateError(`interpolation "${word}" is not known`);
    if (args.flag("preserve_aspect_ratio"))
      throw new StriateError('"preserve_aspect_ratio" of a resize function is not supported');
    const resized = resize(
      scope.b,
      value,
      space,
      { size },
      word as Interpolation,
      args.flag("antialias"),
    );
    return result(resized, channels, size);
  },
};

/** Resizing that keeps the proportions is what the layer does. */
function resizedLayer(scope: Scope, args: Arguments) {
  const [height, width] = args.integers("size");
  const settings = [
    "interpolation",
    "antialias",
    "data_format",
    "crop_to_aspect_ratio",
    "pad_to_aspect_ratio",
    "fill_mode",
    "fill_value",
  ].filter((name) => args.has(name));
  return asLayer(scope, cast(scope.b, args.tensor("x"), "float32"), {}, resizing as never, {
    height,
    width,
    ...Object.fromEntries(settings.map((name) => [name, args.raw(name)])),
  });
}

/** Resizes as TensorFlow 1 did: pixel i of the output is at `i * in / out`, or with aligned corners. */
const oldResize = (name: string, mode: "linear" | "nearest"): Operation => ({
  className: "",
  functions: [`compat.v1.image.resize_${name}`],
  parameters: ["x|images", "size", "align_corners"],
  write(scope, args) {
    const { b } = scope;
    const { value, channels, result } = picture(scope, args);
    const size = args.integers("size");
    const half = args.flag("half_pixel_centers");
    const coordinates = args.flag("align_corners")
      ? "align_corners"
      : half
        ? "half_pixel"
        : "asymmetric";
    const target = b.op("Concat", [b.op("Shape", [value], { end: 2 }), b.i64(size)], { axis: 0 });
    const resized = b.op("Resize", [value, "", "", target], {
      mode,
      coordinate_transformation_mode: coordinates,
      ...(mode === "nearest" && {
        nearest_mode: coordinates === "asymmetric" ? "floor" : "round_prefer_ceil",
      }),
    });
    return result(resized, channels, size);
  },
});

const depthToSpace: Operation = {
  className: "DepthToSpace",
  functions: ["nn.depth_to_space", "compat.v1.depth_to_space"],
  parameters: ["x|input", "block_size", "data_format"],
  write(scope, args) {
    const { value, channels, space, result } = picture(scope, args);
    const size = args.number("block_size");
    const spreadOut = scope.b.op("DepthToSpace", [value], { blocksize: size, mode: "DCR" });
    return result(
      spreadOut,
      channels && channels / size ** 2,
      space.map((n) => n && n * size),
    );
  },
};

const spaceToDepth: Operation = {
  className: "SpaceToDepth",
  functions: ["nn.space_to_depth", "compat.v1.space_to_depth"],
  parameters: ["x|input", "block_size", "data_format"],
  write(scope, args) {
    const { value, channels, space, result } = picture(scope, args);
    const size = args.number("block_size");
    const gathered = scope.b.op("SpaceToDepth", [value], { blocksize: size });
    return result(
      gathered,
      channels && channels * size ** 2,
      space.map((n) => n && n / size),
    );
  },
};

const pools = (name: string) => ["1d", "2d", "3d", ""].map((rank) => `nn.${name}_pool${rank}`);

export const pictures: Operation[] = [
  pool("MaxPool", "MaxPool", pools("max")),
  pool("AveragePool", "AveragePool", pools("avg")),
  conv,
  resizeOperation,
  oldResize("bilinear", "linear"),
  oldResize("nearest_neighbor", "nearest"),
  depthToSpace,
  spaceToDepth,
];
