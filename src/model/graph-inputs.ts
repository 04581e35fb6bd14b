import { emptyRecord } from "../base/empty-record.ts";
import type { Tensor } from "../base/tensor.ts";
import { asType } from "./as-type.ts";
import { type Network, checkInput, toGraph, withoutBatch } from "./network.ts";

/**
 * Feeds by port as the graph takes them: by graph value, in its layout and type. Ports that nothing is given for
 * are left out.
 *
 * @param anyBatch whether the batch may be another than the file says
 * @throws StriateError naming the port where a tensor does not fit it
 */
export function graphInputs(
  network: Network,
  feeds: Readonly<Record<string, Tensor>>,
  anyBatch = true,
): Record<string, Tensor> {
  const inputs = emptyRecord<Tensor>();
  for (const port of network.inputs) {
    const fed = Object.hasOwn(feeds, port.name) ? feeds[port.name] : undefined;
    if (fed === undefined) continue;
    const value = withoutBatch(fed, port);
    const free = { ...port, shape: port.shape.map((n, axis) => (axis === 0 ? null : n)) };
    checkInput(value, anyBatch ? free : port);
    inputs[port.value] = toGraph(asType(value, port), port);
  }
  return inputs;
}

/** Shapes by name. */
export const shapesOf = (inputs: Readonly<Record<string, Tensor>>) =>
  Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, value.shape]));
