import { relativeDifference } from "../base/compare-tensors.ts";
import { field } from "../base/fields.ts";
import { selectNames } from "../base/names.ts";
import { formatShape, sizeOf } from "../base/shape.ts";
import { formatNumber } from "../plot/format-number.ts";
import { defineView, type ViewTable } from "./define-view.ts";
import { type DiffResult, type LayerPair, diffNetworks } from "./diff.ts";
import { drawDifference } from "./diff/draw-difference.ts";
import { describePhoto } from "./subject.ts";
import { linesOfTable } from "./lines-of-table.ts";

/** Two networks layer by layer on one photo: an export, a quantised form, another epoch. */
export const diffView = defineView({
  id: "diff",
  title: "Difference of two networks",
  family: "side by side",
  summary: "Compare two networks layer by layer on one photo",
  formula: "cosine of A and B; largest |B - A| over largest |A|",
  pitfall:
    "A difference in one layer goes on into all that follow: the first that departs tells most.",
  takes: "pair",
  command: { name: "diff" },
  asks: {
    tolerance: field.number(0.01, {
      min: 0,
      help: "largest difference that counts as none, as a share of the layer's largest value",
    }),
  },
  shows: {
    layer: field.nullable(
      field.string(undefined, { help: "the layer to draw; by default the first that departs" }),
    ),
    theme: field.choice(["light", "dark"], "light", { help: "paper of the picture" }),
  },
  compute(_context, { a, b }, asks) {
    const sides = [a, b].map(({ running, photo }) => ({ running, feeds: photo.inputs }));
    return diffNetworks(sides[0]!, sides[1]!, asks);
  },
  words(result, { a, b }, { tolerance }, width) {
    const { departs, onlyA, onlyB } = result;
    const verdict = departs
      ? `the first layer that departs is ${departs.a}: by ${percent(relativeDifference(departs))} of its largest value`
      : `no layer departs by more than ${percent(tolerance)} of its largest value`;
    const only = (which: string, names: readonly string[]) =>
      names.length > 0 ? [`only in ${which}: ${shortList(names)}`] : [];
    return {
      caption: `A is ${a.name}, B is ${b.name}: ${verdict}. Input: ${a.photo.preparation}.`,
      lines: [
        `A: ${a.name}; ${describePhoto(a.photo)}`,
        `B: ${b.name}; ${describePhoto(b.photo)}`,
        "",
        ...linesOfTable(pairTable(result), width),
        ...only("A", onlyA),
        ...only("B", onlyB),
        verdict,
      ],
    };
  },
  json: ({ pairs, departs, onlyA, onlyB }, { a, b }) => ({
    a: a.name,
    b: b.name,
    layers: pairs.map(plain),
    departs: departs ? plain(departs) : null,
    onlyA,
    onlyB,
  }),
  *arrays({ pairs }) {
    for (const { a, values } of pairs) {
      yield [`a/${a}`, values.a.tensor];
      yield [`b/${a}`, values.b.tensor];
    }
  },
  tables: (result) => [pairTable(result)],
  *draw(result, { a, b }, { layer, theme }) {
    const drawn = drawnPair(result, layer);
    yield { name: drawn.a, picture: drawDifference(drawn, { names: shortNames(a, b), theme }) };
  },
});

/** The pair of a name; without one the first that departs, and where none does, the one that differs most. */
export function drawnPair({ pairs, departs }: DiffResult, wanted: string | null): LayerPair {
  if (wanted !== null) {
    const names = pairs.map((pair) => pair.a);
    const [name] = selectNames(wanted, names, "layer in both networks");
    return pairs.find((pair) => pair.a === name)!;
  }
  const most = (best: LayerPair, pair: LayerPair) =>
    relativeDifference(pair) > relativeDifference(best) ? pair : best;
  return departs ?? pairs.reduce(most);
}

function pairTable({ pairs, departs }: DiffResult): ViewTable {
  const renamed = pairs.some(({ a, b }) => a !== b);
  return {
    name: "layers",
    columns: [
      { title: renamed ? "layer in A" : "layer" },
      ...(renamed ? [{ title: "layer in B" }] : []),
      { title: "shape" },
      { title: "cosine", right: true },
      { title: "largest error", right: true },
      { title: "of the largest value", right: true },
    ],
    rows: pairs.map((pair) => [
      pair.a,
      ...(renamed ? [pair.b === pair.a ? "" : pair.b] : []),
      formatShape(pair.shape),
      // The cosine of single values says nothing.
      sizeOf(pair.shape) > 1 ? pair.cosine.toFixed(6) : "",
      formatNumber(pair.largest, 2),
      percent(relativeDifference(pair)) + (pair === departs ? "  <" : ""),
    ]),
  };
}

/** The names of the files without their folders, where that tells them apart. */
function shortNames(a: { name: string }, b: { name: string }): readonly [string, string] {
  const [first, second] = [a.name, b.name].map((name) => name.replace(/^.*[/\\]/, ""));
  return first === second ? [a.name, b.name] : [first!, second!];
}

/** The numbers without the values themselves. */
const plain = ({ a, b, className, shape, cosine, largest, magnitude }: LayerPair) => ({
  ...{ a, b, class: className, shape, cosine, largest, magnitude },
});

const percent = (share: number): string =>
  share === 0 ? "0 %" : `${formatNumber(share * 100, 2)} %`;

const shortList = (names: readonly string[]): string =>
  names.length > 12
    ? `${names.slice(0, 10).join(", ")} and ${names.length - 10} more`
    : names.join(", ");
