import { indexOf } from "../../base/shape.ts";
import { toFloat32 } from "../../base/tensor.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { Term } from "../../model/target/functional.ts";
import { type Network, type NetworkLayer, channelAxis } from "../../model/network.ts";
import { receptiveFields } from "../../model/facts/receptive-field.ts";
import type { RunningNetwork } from "../../model/running.ts";
import { channelPlanes } from "../explain/channel-planes.ts";
import { type StackedPlane, stackedPlane } from "../heatmap/stacked-plane.ts";

/** What one layer on the way gives to a value. */
export interface Ancestor extends StackedPlane {
  readonly layer: string;
  readonly className: string;
  /** The places that the value can see, along each axis, cut at the border; undefined where it sees all. */
  readonly sees?: readonly (readonly [from: number, to: number])[];
  /** The channel that gives most, and its share of all that the channels give, sizes added up. */
  readonly channel: number;
  readonly share: number;
  /** The place where the layer gives most: row and column. */
  readonly at: readonly number[];
  /** What each place gives: value times slope, summed over the channels. */
  readonly gives: Float32Array;
}

/**
 * The layers that a value comes from, from the input on: which of their places it can see, and which of
 * their channels and places it is made of, by value times slope.
 */
export async function ancestorsOf(
  running: RunningNetwork,
  feeds: Readonly<Record<string, Tensor>>,
  unit: Term,
  at: readonly number[],
): Promise<Ancestor[]> {
  const { network } = running;
  const found = network.layers.flatMap((layer) => {
    const port = layer.outputs[0];
    if (!port || port.value === unit.value || port.shape.length < 3) return [];
    const fields = receptiveFields({ ...network, inputs: [port] }, () =>
      channelAxisOf(network, layer),
    );
    return fields.has(unit.value) ? [{ layer, port, field: fields.get(unit.value)! }] : [];
  });
  // A value and what only passes it on are one ancestor.
  const ports = [...new Map(found.map((each) => [each.port.value, each])).values()];
  const wrt = ports.map(({ port }) => port.value);
  if (wrt.length === 0) return [];
  const { gradients, values } = await running.gradients(feeds, { of: [unit], wrt, values: wrt });
  return ports.flatMap(({ layer, port, field }, i) => {
    const axis = port.order.indexOf(channelAxisOf(network, layer));
    const { data: slopes } = toFloat32(gradients[i]!);
    const { data, shape } = toFloat32(values[i]!);
    const product = { type: "float32" as const, shape, data: data.map((v, k) => v * slopes[k]!) };
    const { planes, channels, shape: places } = channelPlanes(product, axis);
    const plane = stackedPlane(places);
    const count = plane.height * plane.width;
    const gives = new Float32Array(count);
    const sizes = new Float64Array(channels);
    planes.forEach((value, k) => {
      gives[k % count]! += value;
      sizes[Math.floor(k / count)]! += Math.abs(value);
    });
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const channel = largestOf(sizes);
    const place = largestOf(gives.map(Math.abs));
    const sees =
      field === "all"
        ? undefined
        : field.map((each, k): [number, number] => {
            const [from, to] = each.range(at[k]!);
            return [Math.max(0, from), Math.min(places[k]! - 1, to)];
          });
    return {
      layer: layer.address,
      className: layer.className,
      ...(sees && { sees }),
      channel,
      share: total > 0 ? sizes[channel]! / total : 0,
      at: indexOf(place, places),
      gives,
      ...plane,
    };
  });
}

const channelAxisOf = (network: Network, layer: NetworkLayer): number =>
  channelAxis(layer.outputs[0]!.shape.length, network.layout, layer.config);

const largestOf = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
};
