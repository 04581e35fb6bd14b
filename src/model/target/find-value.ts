import { StriateError } from "../../base/errors.ts";
import { nearestNames } from "../../base/names.ts";
import type { Network, Port } from "../network.ts";

/**
 * The value of a network that a name stands for: a layer's output by its address, `NAME_pre` for its
 * value before its own activation, an input, an output, or a graph value.
 *
 * @throws StriateError with the nearest names
 */
export function findValue(network: Network, name: string): Port {
  const known = new Map<string, Port>();
  const add = (key: string, port: Port | undefined) => {
    if (port && !known.has(key)) known.set(key, port);
  };
  for (const port of [...network.inputs, ...network.outputs]) add(port.name, port);
  for (const layer of network.layers) add(layer.address, layer.outputs[0]);
  for (const layer of network.layers) {
    for (const port of layer.outputs) add(port.name, port);
    add(`${layer.address}_pre`, layer.preActivation);
  }
  for (const layer of network.layers) for (const port of layer.outputs) add(port.value, port);
  const found = known.get(name) ?? graphValue(network, name);
  if (found) return found;
  throw new StriateError(
    `${network.origin.file ?? network.name}: has no layer or value "${name}"; nearest: ${nearestNames(name, known.keys()).join(", ")}`,
  );
}

/** A value that no layer is named after, in the graph's own layout. */
function graphValue({ graph }: Network, name: string): Port | undefined {
  const made = graph.nodes.some(({ outputs }) => outputs.includes(name));
  const known = graph.values.get(name) ?? graph.initializers.get(name);
  if (!made && !graph.initializers.has(name)) return undefined;
  const shape = known?.shape ?? [];
  return { name, value: name, type: known?.type ?? "float32", shape, order: [...shape.keys()] };
}
