import { fileName } from "../../base/names.ts";
import { formatShape } from "../../base/shape.ts";
import type { Network } from "../../model/network.ts";
import { type Field1d, receptiveFields } from "../../model/facts/receptive-field.ts";
import { summarize } from "../../model/facts/summary.ts";
import type { FieldAxis, LayerField, ReportNetwork } from "../../report/report.ts";

/** What a report says of a network: it need not be there any more when the report is written. */
export function describeNetwork(network: Network): ReportNetwork {
  const { name, origin, inputs, outputs, labels } = network;
  const { layers, parameters, multiplyAdds } = summarize(network);
  const words = (ports: Network["inputs"]) =>
    ports.map((port) => `${port.name} ${formatShape(port.shape)}`);
  return {
    name,
    ...(origin.file !== undefined && { file: fileName(origin.file) }),
    origin: [origin.format, origin.dialect, origin.writer].filter(Boolean).join(", "),
    inputs: words(inputs),
    outputs: words(outputs),
    parameters: parameters.total,
    multiplyAdds,
    ...(labels && { labels }),
    layers: layers.map((layer) => ({
      address: layer.address,
      className: layer.className,
      shape: layer.outputShapes.map((shape) => formatShape(shape)).join(", "),
      parameters: layer.parameters,
    })),
    fields: fieldsOf(network),
  };
}

/** By the address of what a layer makes, as a view names it; a layer whose values have no place on a picture has none. */
function fieldsOf(network: Network): Record<string, LayerField> {
  const known = receptiveFields(network);
  const named = network.layers.flatMap(({ address, outputs }) =>
    outputs.map(
      ({ value }, i) => [outputs.length > 1 ? `${address}:${i}` : address, value] as const,
    ),
  );
  return Object.fromEntries(
    named.flatMap(([name, value]): [string, LayerField][] => {
      const field = known.get(value);
      if (field === "all") return [[name, field]];
      const [rows, columns, more] = field ?? [];
      return rows && columns && !more ? [[name, [axisOf(rows), axisOf(columns)]]] : [];
    }),
  );
}

const axisOf = ({ size, step, firstCentre }: Field1d): FieldAxis => ({
  size,
  step,
  start: firstCentre - (size - 1) / 2,
});
