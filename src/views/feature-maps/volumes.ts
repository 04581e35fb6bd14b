import { stridesOf } from "../../base/shape.ts";
import { toFloat32 } from "../../base/tensor.ts";
import type { LayerActivation } from "../activations.ts";
import { type FeatureMaps, statisticsOfMaps } from "../feature-maps.ts";

/** A layer whose maps have depth (or steps of time): each channel as planes, one behind the other. */
export interface Volumes extends FeatureMaps {
  readonly shape: readonly number[];
  readonly slices: number;
  readonly statistics: NonNullable<FeatureMaps["statistics"]>;
}

/**
 * The maps of a 3-D layer, (N, depth, height, width, channels) or with the channels first, of the first row of
 * the batch.
 *
 * @returns undefined for what has another rank, or nothing in it
 */
export function volumesOf(made: LayerActivation): Volumes | undefined {
  const { address, className, tensor, channelAxis } = made;
  const { shape } = tensor;
  if (shape.length !== 5) return undefined;
  const axes = [channelAxis, ...[1, 2, 3, 4].filter((axis) => axis !== channelAxis)];
  const [channels, slices, height, width] = axes.map((axis) => shape[axis]!) as Four;
  if (channels * slices * height * width === 0) return undefined;
  const all = stridesOf(shape);
  const [c, z, y, x] = axes.map((axis) => all[axis]!) as Four;
  const { data } = toFloat32(tensor);
  // bounded: as large as the tensor
  const values = new Float32Array(channels * slices * height * width);
  let to = 0;
  for (let channel = 0; channel < channels; channel++)
    for (let slice = 0; slice < slices; slice++)
      for (let row = 0; row < height; row++) {
        let from = channel * c + slice * z + row * y;
        for (let column = 0; column < width; column++, from += x) values[to++] = data[from]!;
      }
  const maps = { address, className, shape, channels, slices, height, width, values };
  return { ...maps, statistics: statisticsOfMaps(maps) };
}

type Four = [number, number, number, number];
