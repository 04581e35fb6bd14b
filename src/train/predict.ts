import { type Tensor, float32, toFloat32 } from "../base/tensor.ts";
import { toUser } from "../model/network.ts";
import type { RunningNetwork } from "../model/running.ts";
import { graphInput } from "./data/prepare-batch.ts";
import { type TrainingData, tensorsFor } from "./data/training-data.ts";

/**
 * The outputs of a network for a whole data set, in the order of its rows; labels are not looked at.
 *
 * @returns a tensor for each output, in the user's layout
 */
export async function predictData(running: RunningNetwork, data: TrainingData): Promise<Tensor[]> {
  const { inputs, outputs } = running.network;
  const values = outputs.map((port) => port.value);
  const parts: Tensor<"float32">[][] = outputs.map(() => []);
  for await (const batch of data.epoch(0)) {
    const xs = tensorsFor(batch.x, inputs, "input");
    const feeds = Object.fromEntries(
      inputs.map((port, i) => [port.value, graphInput(xs[i]!, port, batch.layout)]),
    );
    const results = await running.runGraph(feeds, values);
    results.forEach((value, i) => parts[i]!.push(toFloat32(toUser(value, outputs[i]!))));
  }
  return parts.map(joined);
}

function joined(parts: readonly Tensor<"float32">[]): Tensor<"float32"> {
  const rows = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
  const size = parts.reduce((sum, part) => sum + part.data.length, 0);
  const data = new Float32Array(size);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return float32([rows, ...(parts[0]?.shape.slice(1) ?? [])], data);
}
