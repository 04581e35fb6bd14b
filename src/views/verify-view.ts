import { field } from "../base/fields.ts";
import { formatNumber } from "../plot/format-number.ts";
import { defineView, type ViewTable } from "./define-view.ts";
import { noiseSubject } from "./noise-subject.ts";
import { describePhoto } from "./subject.ts";
import { linesOfTable } from "./lines-of-table.ts";
import { type VerifyResult, type WayResult, relative, verifyNetwork } from "./verify.ts";

/** What the ways of running make of one input. */
export interface VerifiedNetwork extends VerifyResult {
  /** The input in words: `noise, seed 0`. */
  readonly input: string;
}

/** Runs a network in several ways and compares every layer. */
export const verifyView = defineView({
  id: "verify",
  title: "Ways of running",
  family: "side by side",
  summary: "Run a network in several ways and compare every layer",
  formula: "largest |way - reference| of a layer over its largest |reference|",
  pitfall:
    "Agreement says that the engines do the same, not that the network does what its maker meant.",
  takes: "maybe-photo",
  command: { name: "verify" },
  asks: {
    tolerance: field.number(1e-4, {
      min: 0,
      help: "largest difference that is no fault, as a share of the layer's largest value",
    }),
  },
  shows: {},
  async compute({ running, ways, seed }, photo): Promise<VerifiedNetwork> {
    const { network } = running;
    const subject = photo ?? noiseSubject(network, seed);
    const result = await verifyNetwork(network, subject.inputs, ways);
    return { input: describePhoto(subject), ...result };
  },
  words(result, _subject, _asks, width) {
    const { input, reference, ways, worst } = result;
    const alone = ways.flatMap(({ way, outputsAlone }) =>
      outputsAlone && outputsAlone.largest > 0
        ? [`${way} ${formatNumber(outputsAlone.largest, 2)}`]
        : [],
    );
    const largest = worst
      ? `largest difference: ${formatNumber(worst.largest, 2)}, ${formatNumber(relative(worst), 2)} of the layer's largest value, ` +
        `at ${worst.address} (${worst.way})`
      : undefined;
    return {
      caption: `Every layer, in ${ways.length} ways of running; ${largest ?? "no other way ran"}. Input: ${input}.`,
      lines: [
        `input: ${input}`,
        `reference: ${reference}, node by node; largest difference of each layer:`,
        "",
        ...linesOfTable(layerTable(result), width),
        ...ways
          .slice(1)
          .flatMap(({ way, failed }) => (failed ? [`${way}: does not run: ${failed}`] : [])),
        alone.length > 0
          ? `asking for the layers changes the outputs by: ${alone.join(", ")}`
          : "asking for the layers does not change the outputs",
        ...(largest ? [largest] : []),
      ],
    };
  },
  json: (result) => result,
  tables: (result) => [layerTable(result)],
});

/** Says where the ways differ by more than is asked; undefined where they agree. */
export function disagreement(
  { reference, worst }: VerifyResult,
  tolerance: number,
): string | undefined {
  if (worst === undefined || relative(worst) <= tolerance) return undefined;
  return (
    `layer "${worst.address}" differs by ${formatNumber(worst.largest)} between "${reference}" and "${worst.way}", ` +
    `${formatNumber(relative(worst))} of its largest value and more than the tolerance of ${tolerance}`
  );
}

function layerTable({ ways: [first, ...others] }: VerifyResult): ViewTable {
  const ran: readonly WayResult[] = others.filter(({ failed }) => failed === undefined);
  return {
    name: "layers",
    columns: [
      { title: "layer" },
      { title: "class" },
      { title: "largest value", right: true },
      ...ran.map(({ way }) => ({ title: way, right: true })),
    ],
    rows: first!.layers.map(({ address, className, magnitude }, i) => [
      address,
      className,
      formatNumber(magnitude),
      ...ran.map(({ layers }) => formatNumber(layers[i]!.largest, 2)),
    ]),
  };
}
