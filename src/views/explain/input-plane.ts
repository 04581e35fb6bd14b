import { StriateError } from "../../base/errors.ts";
import { formatShape } from "../../base/shape.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import { transpose } from "../../base/transpose.ts";
import type { Network, Port } from "../../model/network.ts";
import { colourAxis } from "../../model/photo/photo-input.ts";
import { type StackedPlane, stackedPlane } from "../heatmap/stacked-plane.ts";
import type { PhotoSubject } from "../subject.ts";

/** The input that an explanation lies on. */
export interface ExplainedInput {
  readonly port: Port;
  /** The prepared tensor, batch of one, in the user's layout. */
  readonly value: Tensor;
  /** The user's axis that holds colours or channels. */
  readonly channels: number;
}

/**
 * The input whose pixels are explained: the one that the subject names, else the only one that has places
 * (a photo beside a list of numbers).
 *
 * @throws StriateError where several could be meant, or none has places
 */
export function explainedInput(
  network: Network,
  { inputs, photoInput }: PhotoSubject,
): ExplainedInput {
  const given = network.inputs.flatMap((port) => {
    const value = inputs[port.name];
    return value === undefined ? [] : [{ ...port, shape: value.shape }];
  });
  const { port, channels } = explainedPort(
    network,
    given.some(({ name }) => name === photoInput)
      ? given.filter(({ name }) => name === photoInput)
      : given,
  );
  return { port, value: inputs[port.name]!, channels };
}

/** {@link explainedInput} of a network without a photo. */
export function explainedPort(
  network: Network,
  ports: readonly Port[] = network.inputs,
): Pick<ExplainedInput, "port" | "channels"> {
  const placed = ports.filter(({ shape }) => shape.length >= 3);
  const [port] = placed;
  if (port === undefined || placed.length > 1) {
    const all = ports.map(({ name, shape }) => `"${name}" ${formatShape(shape)}`).join(" and ");
    throw new StriateError(
      placed.length > 1
        ? `this view looks at one input with places, and the network takes ${all}; give the one that is meant as the photo, the others by name`
        : `this view needs an input with places, such as (1, height, width, channels); the network takes ${all}`,
    );
  }
  return { port, channels: colourAxis(port, network.layout) };
}

/**
 * A tensor of one row as the reference pages have it: without the batch, channels last:
 * `(height, width, channels)` whatever the network's own layout is.
 */
export function channelsLast(value: Tensor, channels: number): Tensor<"float32"> {
  const rank = value.shape.length;
  const axes = [...Array(rank).keys()].filter((axis) => axis > 0 && axis !== channels);
  const turned = toFloat32(transpose(value, [0, ...axes, channels]));
  return float32(turned.shape.slice(1), turned.data);
}

/**
 * The photo as the reference pages have it, `input`; nothing of a network that takes more than the photo, or a list
 * without places.
 */
export function inputArrays(network: Network, photo: PhotoSubject): [string, Tensor][] {
  const [given, ...others] = Object.values(photo.inputs);
  if (given === undefined || others.length > 0 || given.shape.length < 3) return [];
  const { value, channels } = explainedInput(network, photo);
  return [["input", channelsLast(value, channels)]];
}

/** The plane of `(places..., channels)`. */
export const planeSize = (shape: readonly number[]): StackedPlane & { channels: number } => ({
  ...stackedPlane(shape.slice(0, -1)),
  channels: shape.at(-1) ?? 1,
});
