import { StriateError, messageOf } from "../../base/errors.ts";
import { formatShape } from "../../base/shape.ts";
import {
  type Layout,
  type Preprocessing,
  parsePreprocessing,
} from "../../data/pictures/preprocess.ts";
import type { Graph } from "../../graph/graph.ts";
import { frontScaling, scaleBefore } from "./front-scaling.ts";
import { type Network, type Port, channelAxis as channelAxisOf } from "../network.ts";

/** The input of a network that takes a photo, and what its axes mean. */
export interface PhotoInput {
  port: Port;
  layout: Layout;
  /** [height, width] where the network fixes them. */
  size?: readonly [number, number];
  channels: 1 | 3;
}

/**
 * Finds the input that takes a photo: of rank 4 with one or three channels, or one picture without a batch.
 *
 * @param given names of inputs that get something else
 * @throws StriateError that says what the network takes instead
 */
export function photoInput(network: Network, given: ReadonlySet<string> = none): PhotoInput {
  const open = network.inputs.filter(({ name }) => !given.has(name));
  const [only] = open;
  const found = only && open.length === 1 ? photoPort(only, network) : undefined;
  if (found) return found;
  if (network.inputs.length === 0)
    throw new StriateError(
      `${network.origin.file ?? network.name}: holds weights without a network, so there is nothing to run; ` +
        "give the layers too: --arch model.json",
    );
  const takes = open.map((port) => `"${port.name}" ${formatShape(port.shape)}`).join(" and ");
  throw new StriateError(
    `${network.origin.file ?? network.name}: expected one input for a photo, (None, height, width, 1 or 3), ` +
      `the network takes ${takes}; give the tensors as .npz, or each as --input NAME=FILE`,
  );
}

const none: ReadonlySet<string> = new Set();

function photoPort(port: Port, { graph }: Network): PhotoInput | undefined {
  const isPicture = port.shape.length === 4 || isOnePicture(port) || isReadAsGrey(port, graph);
  if (!isPicture) return undefined;
  const last = hasChannelsLast(port);
  // Height, width and channels, in the order of the layout.
  const [first, second, third] = port.shape.slice(-3);
  const channels = last ? third : first;
  const [height, width] = last ? [first, second] : [second, third];
  if (channels !== null && typeof channels !== "string" && !isChannels(channels)) return undefined;
  return {
    port,
    layout: last ? "NHWC" : "NCHW",
    channels: channels === 1 ? 1 : 3,
    ...(typeof height === "number" && typeof width === "number" ? { size: [height, width] } : {}),
  };
}

/**
 * Whether an input is one picture in colours, without a batch: height and width are both fixed or both free,
 * where a sequence of a batch has one of each, and no axis but the channels is as short as they are.
 */
export function isOnePicture({ shape }: Pick<Port, "shape">): boolean {
  const [first, second, third] = shape;
  if (isOneGreyPicture(shape)) return true;
  if (shape.length !== 3 || (first === 3) === (third === 3)) return false;
  const space = third === 3 ? [first, second] : [second, third];
  const isFixed = space.every((length) => typeof length === "number");
  return isFixed
    ? space.every((length) => Number(length) > 4)
    : !space.some((n) => typeof n === "number");
}

/** `(height, width, 1)`, or `(1, side, side)`: sequences, a batch of one, are seldom square. */
function isOneGreyPicture(shape: Port["shape"]): boolean {
  const [first, second, third] = shape;
  const isLong = (n: unknown) => typeof n === "number" && n > 4;
  if (shape.length !== 3 || !isLong(second)) return false;
  return (third === 1 && isLong(first)) || (first === 1 && third === second);
}

/** Ops that leave a picture a picture, in the order of its axes too. */
const passing = /^(Identity|Cast|Unsqueeze|Reshape|Mul|Div|Add|Sub|Clip|Pad|Resize)$/;

/**
 * Whether `(1, height, width)` is one grey picture: the first that mixes pixels is a convolution over two axes of
 * one channel, where a sequence would meet one over one axis, a matrix or a recurrent layer.
 */
function isReadAsGrey({ shape, value }: Port, graph: Graph): boolean {
  const isLong = (n: unknown) => typeof n === "number" && n > 4;
  if (shape.length !== 3 || shape[0] !== 1 || !isLong(shape[1]) || !isLong(shape[2])) return false;
  const same = new Set([value]);
  for (const { op, inputs, outputs } of graph.nodes) {
    if (!inputs.some((name) => same.has(name))) continue;
    const kernel = op === "Conv" ? graph.initializers.get(inputs[1] ?? "")?.shape : undefined;
    if (kernel) return kernel.length === 4 && kernel[1] === 1;
    if (!passing.test(op)) return false;
    for (const name of outputs) same.add(name);
  }
  return false;
}

/** A channels_last model is NCHW inside, so its order says it; else the channel count does. */
function hasChannelsLast({ shape, order }: Port): boolean {
  if (shape.length === 3) return isChannels(shape[2]) && !isChannels(shape[0]);
  const last = shape.length - 1;
  if (order[1] !== 1) return order[1] === last;
  return shape.length === 4 && !isChannels(shape[1]) && isChannels(shape[3]);
}

/** The axis of the channels in the graph value of an input that may be a picture. */
export const channelAxis = (port: Port): number =>
  port.order.indexOf(
    hasChannelsLast(port) ? port.shape.length - 1 : port.shape.length === 3 ? 0 : 1,
  );

/**
 * The user's axis of the colours of an input: a file whose graph is channels first may take its photos with the
 * channels last, and turn them itself, as what is exported of Keras does.
 */
export function colourAxis(port: Port, layout: Network["layout"]): number {
  const rank = port.shape.length;
  if (rank === 4 && hasChannelsLast(port)) return rank - 1;
  return rank === 4 && isChannels(port.shape[1]) ? 1 : channelAxisOf(rank, layout);
}

const isChannels = (length: unknown): length is 1 | 3 => length === 1 || length === 3;

/** Who says how a photo's values are scaled: the caller, the file, a layer at the front, or nobody. */
export type ScaleSource = "option" | "file" | "layer" | "default";

/** What the caller wants done otherwise than the network says. */
export type PreprocessingChoice = Partial<Omit<Preprocessing, "channels">>;

/**
 * How a photo is prepared for a network. The caller's choice comes first, then what the file says of
 * itself; a network that scales in its first layers gets raw 0..255; else `1/255`.
 *
 * @param given names of inputs that get something else than the photo
 */
export function preprocessingFor(
  network: Network,
  choice: PreprocessingChoice = {},
  given?: ReadonlySet<string>,
): { how: Preprocessing; input: PhotoInput; scaleFrom: ScaleSource } {
  const input = photoInput(network, given);
  const stored = storedPreprocessing(network);
  // Bytes that go in are a pixel's own.
  const inside = input.port.type === "uint8" ? "none" : scaleInside(network, input.port);
  const fit = choice.fit ?? stored?.fit;
  const size = input.size ?? choice.size ?? stored?.size;
  return {
    input,
    scaleFrom: choice.scale ? "option" : stored?.scale ? "file" : inside ? "layer" : "default",
    how: {
      ...(size ? { size } : {}),
      resize: choice.resize ?? stored?.resize ?? "bilinear",
      ...(fit && { fit }),
      scale: choice.scale ?? stored?.scale ?? inside ?? "1/255",
      orient: choice.orient ?? stored?.orient ?? true,
      channels: input.channels,
    },
  };
}

/**
 * What the file says of its preprocessing, checked; of a stranger's file it may be anything.
 * @throws StriateError naming the file
 */
function storedPreprocessing(network: Network): Partial<Preprocessing> | undefined {
  const { preprocessing, origin, name } = network;
  if (preprocessing === undefined) return undefined;
  try {
    return parsePreprocessing(preprocessing);
  } catch (error) {
    throw new StriateError(
      `${origin.file ?? name}: what it says of how a photo is prepared cannot be read: ${messageOf(error)}; ` +
        "give --scale and --size",
      { cause: error },
    );
  }
}

/**
 * The scaling that a Rescaling, a Normalization or arithmetic before the first layer with a kernel leaves to
 * do: none, where bytes go in; some were exported for pixels from 0 to 1, or from -1 to 1.
 */
function scaleInside(network: Network, port: Port): ReturnType<typeof scaleBefore> | undefined {
  const front = frontScaling(network, port);
  if (front) return scaleBefore(front);
  // Preprocessing that takes the colours apart is no chain of nodes.
  for (const { kind, facts } of network.layers) {
    if (kind === "convolution" || kind === "dense") return undefined;
    if (facts?.scales) return "none";
    if (kind === "pooling") return undefined;
    if (kind === "arithmetic") return "none";
  }
  return undefined;
}
