import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import { stridesOf } from "../../base/shape.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import { type Network, channelAxis } from "../../model/network.ts";
import { findValue } from "../../model/target/find-value.ts";
import type { ResolvedTarget } from "../../model/target/resolve-target.ts";

/**
 * A layer's values along a direction of its channels, in place of their mean over the channels: what several
 * units say together, the difference of two of them, a concept's vector. The direction is made of length 1.
 *
 * Source: Olah, Mordvintsev, Schubert 2017, Feature Visualization, Distill (interaction between neurons).
 *
 * @param target a whole layer, or a layer at one place
 * @param direction one number for each channel
 */
export function alongDirection(
  network: Network,
  resolved: ResolvedTarget,
  direction: Tensor,
): ResolvedTarget {
  const { target, terms } = resolved;
  const [term] = terms;
  if (target.kind !== "layer" || term === undefined)
    throw new StriateError(
      `a direction is one of a layer's channels: target layer:NAME, got ${resolved.text}`,
    );
  const layer = network.layers.find(({ address }) => address === target.layer);
  const port = findValue(network, target.layer);
  const axis = port.order.indexOf(channelAxis(port.order.length, network.layout, layer?.config));
  const { data } = toFloat32(direction);
  const length = Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0));
  if (!(length > 0 && Number.isFinite(length)))
    throw new StriateError("a direction needs a number that is not 0, and all of them finite");
  const unit = data.map((value) => value / length);
  let last: Tensor<"float32"> | undefined;
  const seed = (shape: readonly number[]): Tensor<"float32"> => {
    if (last && String(last.shape) === String(shape)) return last;
    const channels = shape[axis]!;
    if (unit.length !== channels)
      throw new StriateError(
        `the direction should have ${channels} numbers, one for each channel of ${target.layer}, got ${unit.length}`,
      );
    const stride = stridesOf(shape)[axis]!;
    // Over the channels the layer's own target is a mean, and this a sum.
    const weights = term
      .seed(shape)
      .data.map((weight, i) => weight * channels * unit[Math.floor(i / stride) % channels]!);
    return (last = float32(shape, weights));
  };
  const score = (value: Tensor): Float64Array => {
    const { shape, data: values } = toFloat32(value);
    const weights = seed(shape).data;
    // bounded: as many as the value has
    const rows = new Float64Array(shape[0] ?? 1);
    const size = values.length / rows.length;
    for (let i = 0; i < values.length; i++) rows[Math.floor(i / size)]! += weights[i]! * values[i]!;
    return rows;
  };
  return {
    ...resolved,
    text: `${resolved.text} along a direction`,
    terms: [{ value: term.value, seed, score }],
    score: ([value]) => score(value!),
    describe: () => `${target.layer}, along a direction of its ${counted(unit.length, "channel")}`,
  };
}
