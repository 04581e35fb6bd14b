import { counted } from "../base/counted.ts";
import { formatShape } from "../base/shape.ts";
import type { Network, Port } from "../model/network.ts";

/** What a model is, what goes in, what comes out: for who prints it. */
export function modelInWords(network: Network): string {
  const ports = (list: readonly Port[]) =>
    list.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(", ");
  const { name, layers, origin, inputs, outputs } = network;
  return [
    `Model "${name}": ${counted(layers.length, "layer")}, ${origin.format}${origin.file ? ` (${origin.file})` : ""}`,
    `  in:  ${ports(inputs)}`,
    `  out: ${ports(outputs)}`,
  ].join("\n");
}
