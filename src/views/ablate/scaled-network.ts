import { StriateError } from "../../base/errors.ts";
import { float32 } from "../../base/tensor.ts";
import type { Network } from "../../model/network.ts";
import type { CamLayer } from "../explain/cam-layers.ts";

/** A unit and what its map is multiplied by: 0 mutes it, 2 makes it twice as strong. */
export interface ScaledUnit {
  readonly unit: number;
  readonly factor: number;
}

/** Reads `17=0,5=2`. @throws StriateError that says how units are written */
export function parseScaledUnits(text: string): ScaledUnit[] {
  return text.split(",").map((part) => {
    const [, unit, factor] = /^\s*(\d+)\s*=\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)\s*$/.exec(part) ?? [];
    if (unit === undefined)
      throw new StriateError(`"${part}": expected units and factors, as 17=0,5=2`);
    return { unit: Number(unit), factor: Number(factor) };
  });
}

/**
 * The network with some units of a layer made weaker or stronger: whatever reads the layer reads them so,
 * and gradients, heatmaps and scores answer.
 *
 * @param count channels of the layer
 * @throws StriateError for a unit that the layer does not have
 */
export function scaledNetwork(
  network: Network,
  { port, channels, name }: CamLayer,
  count: number,
  units: readonly ScaledUnit[],
): Network {
  const factors = new Float32Array(count).fill(1);
  for (const { unit, factor } of units) {
    if (unit >= count)
      throw new StriateError(
        `layer "${name}": has units 0 to ${count - 1}, and ${unit} is none of them`,
      );
    factors[unit] = factor;
  }
  const { graph } = network;
  const { value } = port;
  const [plain, by] = [`${value}/unscaled`, `${value}/factors`];
  const shape = port.shape.map((_, axis) => (axis === channels ? count : 1));
  const nodes = graph.nodes.flatMap((node) => {
    if (!node.outputs.includes(value)) return [node];
    const outputs = node.outputs.map((output) => (output === value ? plain : output));
    return [
      { ...node, outputs },
      {
        op: "Mul",
        domain: "",
        name: "",
        inputs: [plain, by],
        outputs: [value],
        attributes: {},
      },
    ];
  });
  const values = new Map(graph.values);
  const known = values.get(value);
  if (known) values.set(plain, known);
  const initializers = new Map(graph.initializers).set(by, float32(shape, factors));
  return { ...network, graph: { ...graph, nodes, values, initializers } };
}
