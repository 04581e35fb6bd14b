import { type LayerActivation, mapStatistics, toFloat32 } from "striate";
import type { LayerMaps } from "./protocol.ts";

/**
 * A layer's activation as planes. What makes no maps becomes some: each unit of a dense layer is a map of one
 * value, each channel of a sequence a map of one row.
 */
export function layerMaps(made: LayerActivation): LayerMaps {
  const { address, className } = made;
  const { channels, height, width, values } = made.hasMaps ? made : flat(made);
  const numbers = mapStatistics(values, { channels, height, width }).map(
    ({ min, max, mean, std, zeros, state }) => ({ min, max, mean, std, zeros, state }),
  );
  // A copy: the values may lie in a buffer that the engine still needs.
  return { address, className, channels, height, width, values: values.slice(), numbers };
}

function flat({ tensor }: LayerActivation) {
  const { data } = toFloat32(tensor);
  const shape = tensor.shape.slice(1);
  if (shape.length !== 2) return { channels: data.length, height: 1, width: 1, values: data };
  const [width, channels] = shape as [number, number];
  const values = new Float32Array(channels * width);
  for (let t = 0; t < width; t++)
    for (let c = 0; c < channels; c++) values[c * width + t] = data[t * channels + c]!;
  return { channels, height: 1, width, values };
}
