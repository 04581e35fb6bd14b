import { sizeOf } from "../src/base/shape.ts";
import { type Tensor, float32 } from "../src/base/tensor.ts";
import type { Network, Port } from "../src/model/network.ts";
import { toGraph, toUser } from "../src/model/network.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { runtime } from "../src/runtime/node/index.ts";

/** Runs a network once and gives everything its layers and outputs make, in the user's layout. */
export async function runLayers(
  network: Network,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<{ layers: Map<string, Tensor>; outputs: Tensor[] }> {
  const running = new RunningNetwork(network, runtime, { threads: 1 });
  const ports: Port[] = [...network.layers.flatMap((layer) => layer.outputs), ...network.outputs];
  const values = [...new Set(ports.map((port) => port.value))];
  const inputs = new Set(network.inputs.map((port) => port.value));
  const asked = values.filter((value) => !inputs.has(value));
  const made = new Map<string, Tensor>();
  const results = await running.run(feeds, asked);
  results.forEach((tensor, i) => made.set(asked[i]!, tensor));
  await running.release();
  for (const port of network.inputs) made.set(port.value, toGraph(feeds[port.name]!, port));
  const layers = new Map<string, Tensor>();
  for (const layer of network.layers)
    for (const port of layer.outputs) {
      const tensor = made.get(port.value);
      if (tensor) layers.set(port.name, toUser(tensor, port));
    }
  return {
    layers,
    outputs: network.outputs.map((port) => toUser(made.get(port.value)!, port)),
  };
}

/** Element i is `uint32(i * 2654435761) / 2**32`, or that number modulo 10 for an integer input. */
export function formulaInput(shape: readonly number[], integers = false): Tensor<"float32"> {
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const hash = Math.imul(i, 2654435761) >>> 0;
    data[i] = integers ? hash % 10 : hash / 2 ** 32;
  }
  return float32(shape, data);
}
