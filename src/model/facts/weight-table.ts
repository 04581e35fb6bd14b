import { formatShape, sizeOf } from "../../base/shape.ts";
import { formatBytes, textTable, withThousands } from "../../base/text-table.ts";
import type { Network } from "../network.ts";

/** The weights of a file as a table: all that can be said of weights without a network. */
export function formatWeights(network: Network, width = Infinity): string {
  const weights = [...network.weights];
  const total = weights.reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0);
  return [
    textTable(
      [{ title: "Weight" }, { title: "Shape" }, { title: "Param #", right: true }],
      weights.map(([address, { shape }]) => [
        address,
        formatShape(shape),
        withThousands(sizeOf(shape)),
      ]),
      width,
    ),
    ` Total params: ${withThousands(total)} (${formatBytes(4 * total)})`,
  ].join("\n");
}
