import { formatNumber } from "../../plot/format-number.ts";
import type { ViewTable } from "../define-view.ts";
import { type ComparedPair, type Comparison, varying } from "./comparison.ts";

/** More pairs than anybody reads. */
const mostRows = 66;

/** Each pair with its figures. */
export function agreementTable({ maps, pairs }: Comparison): ViewTable {
  const number = (value: number | null) => (value === null ? "-" : value.toFixed(3));
  return {
    name: "agreement",
    columns: [
      { title: "map" },
      { title: "and" },
      { title: "rank correlation", right: true },
      { title: "brightest tenth shared", right: true },
      { title: "SSIM", right: true },
    ],
    rows: pairs
      .toSorted((one, other) => one.a - other.a || one.b - other.b)
      .slice(0, mostRows)
      .map(({ a, b, rankCorrelation, topOverlap, ssim }) => [
        `${a + 1} ${varying(maps, maps[a]!)}`,
        `${b + 1} ${varying(maps, maps[b]!)}`,
        number(rankCorrelation),
        topOverlap === null ? "-" : `${formatNumber(100 * topOverlap, 3)} %`,
        number(ssim),
      ]),
  };
}

/** What the table says, and what could not be compared. */
export function sentences({ maps, pairs, notes }: Comparison): string[] {
  const name = (pair: ComparedPair) =>
    `${varying(maps, maps[pair.a]!)} and ${varying(maps, maps[pair.b]!)}`;
  const order = pairs
    .filter(({ rankCorrelation }) => rankCorrelation !== null)
    .sort((a, b) => b.rankCorrelation! - a.rankCorrelation!);
  const [most, least] = [order[0], order.at(-1)];
  const figure = (pair: ComparedPair) => formatNumber(pair.rankCorrelation!, 2);
  return [
    ...(most ? [`Most alike are ${name(most)} (rank correlation ${figure(most)}).`] : []),
    ...(least && least !== most ? [`Least alike are ${name(least)} (${figure(least)}).`] : []),
    ...(pairs.length > order.length
      ? ["A map that is constant has no order to be compared with."]
      : []),
    ...(pairs.length > mostRows ? [`The table has ${mostRows} of ${pairs.length} pairs.`] : []),
    ...maps.flatMap((map) => (map.check ? [`${varying(maps, map)}: ${map.check.words}`] : [])),
    ...notes,
  ];
}
