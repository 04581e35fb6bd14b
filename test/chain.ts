import { zeros } from "../src/base/tensor.ts";
import { findLayer } from "../src/layers/index.ts";
import type { KerasShape } from "../src/layers/define-layer.ts";
import { parseLayer } from "../src/layers/layer.ts";
import { lowerModel } from "../src/model/lowering/lower.ts";
import { shapesOf } from "../src/model/lowering/shapes-of.ts";
import type { Call, Layer } from "../src/model/model.ts";
import type { Network } from "../src/model/network.ts";

/** A network of layers one after the other, all weights zero: for tests that look at structure. */
export function chain(
  input: KerasShape,
  layers: readonly (readonly [className: string, config?: Record<string, unknown>])[],
): Network {
  const made: Layer[] = [];
  const calls: Call[] = [];
  let shape = input;
  const all = [["InputLayer", { batch_shape: input }] as const, ...layers];
  for (const [i, [className, config = {}]] of all.entries()) {
    const layer: Layer = parseLayer(
      findLayer(className)!,
      `${className.toLowerCase()}_${i}`,
      config,
      3,
    );
    const before = made.at(-1);
    const inputs = before ? [{ layer: before, call: 0, output: 0 }] : [];
    for (const spec of layer.definition!.weights?.(layer.config, [shape]) ?? [])
      layer.weights.set(spec.name, zeros("float32", spec.shape));
    shape = shapesOf(layer, i === 0 ? [] : [shape])[0]!;
    made.push(layer);
    calls.push({ layer, index: 0, inputs, kwargs: {} });
  }
  const at = (layer: Layer) => [{ layer, call: 0, output: 0 }];
  return lowerModel({
    className: "Sequential",
    name: "chain",
    layers: made,
    calls,
    inputs: at(made[0]!),
    outputs: at(made.at(-1)!),
    kerasVersion: 3,
  });
}
