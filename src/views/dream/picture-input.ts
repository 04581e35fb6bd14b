import { largest, smallest } from "../../base/extremes.ts";
import { float32, toFloat32, type Tensor } from "../../base/tensor.ts";
import { transpose } from "../../base/transpose.ts";
import { invertOrder } from "../../base/shape.ts";
import { parseScale } from "../../data/pictures/scale.ts";
import { type Network, toUser } from "../../model/network.ts";
import { preprocessingFor } from "../../model/photo/photo-input.ts";
import { extentOf } from "../explain/baseline.ts";
import { type ExplainedInput, explainedInput, planeSize } from "../explain/input-plane.ts";
import type { PhotoSubject } from "../subject.ts";

/** Numbers of a picture, one plane a colour: `channels * height * width`. */
export type Planes = Float32Array;

/** A plane for each colour, and the numbers that black and white are to the network. */
export interface PictureShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly range: InputRange;
}

/** What a network takes for the darkest and the lightest pixel, colour by colour. */
export interface InputRange {
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Whether blue comes first. */
  readonly bgr: boolean;
}

/** The input of a network that a picture is made for, as planes, whatever layout the network has. */
export class PictureInput implements PictureShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly range: InputRange;
  /** Whether it is a picture, with rows and columns; not a line, not a volume. */
  readonly isPicture: boolean;
  /** The photo's own numbers, or those of what stands in for it. */
  readonly photo: Planes;
  readonly #input: ExplainedInput;
  readonly #feeds: PhotoSubject["inputs"];
  readonly #axes: readonly number[];

  /** @throws StriateError where the network has no one input with places */
  constructor(network: Network, subject: PhotoSubject) {
    this.#input = explainedInput(network, subject);
    this.#feeds = subject.inputs;
    const { value, channels } = this.#input;
    const places = [...value.shape.keys()].filter((axis) => axis > 0 && axis !== channels);
    this.#axes = [0, channels, ...places];
    this.isPicture = places.length === 2;
    const last = [...places, channels].map((axis) => value.shape[axis]!);
    const { height, width, channels: count } = planeSize(last);
    this.height = height;
    this.width = width;
    this.channels = count;
    this.photo = this.#planesOf(value);
    this.range = rangeOf(network, this);
  }

  get value(): string {
    return this.#input.port.value;
  }

  /** What the network is fed to see these planes; its other inputs stay as they are. */
  feeds(planes: Planes): Record<string, Tensor> {
    const { port, value } = this.#input;
    const shape = this.#axes.map((axis) => value.shape[axis]!);
    return {
      ...this.#feeds,
      [port.name]: transpose(float32(shape, planes), invertOrder(this.#axes)),
    };
  }

  /** A gradient by the input, which comes in the graph's layout. */
  ofGradient(gradient: Tensor): Planes {
    return this.#planesOf(toUser(gradient, this.#input.port));
  }

  /** Planes as the reference pages have them: `(height, width, channels)`. */
  channelsLast(planes: Planes): Tensor<"float32"> {
    const value = this.feeds(planes)[this.#input.port.name]!;
    const axes = [0, ...this.#axes.slice(2), this.#axes[1]!];
    const { shape, data } = toFloat32(transpose(value, axes));
    return float32(shape.slice(1), data);
  }

  /** The other way: planes of `(height, width, channels)`; undefined for another shape. */
  fromChannelsLast({ shape, data }: Tensor): Planes | undefined {
    const wanted = this.channelsLast(this.photo).shape;
    if (shape.length !== wanted.length || shape.some((n, i) => n !== wanted[i])) return undefined;
    const { channels } = this;
    const values = toFloat32({ type: "float32", shape, data } as Tensor).data;
    const size = values.length / channels;
    return Float32Array.from(
      values,
      (_, i) => values[(i % size) * channels + Math.floor(i / size)]!,
    );
  }

  #planesOf(value: Tensor): Planes {
    return Float32Array.from(toFloat32(transpose(value, this.#axes)).data);
  }
}

/** What the network's own preparation makes of 0 and 255; of numbers outside it their extent. */
function rangeOf(network: Network, { photo, channels }: PictureInput): InputRange {
  const { low, high } = extentOf(photo);
  const known = preparedRange(network, channels);
  const slack = 1e-3 * (largest(known?.high ?? [0]) - smallest(known?.low ?? [0]));
  if (known && low >= smallest(known.low) - slack && high <= largest(known.high) + slack)
    return known;
  const width = high > low ? 0 : 1;
  return {
    low: new Array<number>(channels).fill(low),
    high: new Array<number>(channels).fill(high + width),
    bgr: false,
  };
}

function preparedRange(network: Network, channels: number): InputRange | undefined {
  try {
    const { how } = preprocessingFor(network);
    const { multiply, add, order } = parseScale(how.scale);
    if (how.channels !== channels) return undefined;
    const low = add.slice(0, channels);
    return {
      low,
      high: low.map((each, c) => each + 255 * multiply[c]!),
      bgr: order === "bgr",
    };
  } catch {
    // Not a network for photos.
    return undefined;
  }
}

/** The mean over the colours of white minus black. */
export function spanOf({ low, high }: InputRange): number {
  return high.reduce((sum, value, c) => sum + value - low[c]!, 0) / high.length;
}

/** A picture's shape as plain data: a result outlives its network. */
export const shapeOf = ({ channels, height, width, range }: PictureShape): PictureShape => ({
  channels,
  height,
  width,
  range,
});
