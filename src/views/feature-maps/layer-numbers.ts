import { formatShape } from "../../base/shape.ts";
import { withThousands } from "../../base/text-table.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { combineRanges } from "../../plot/range.ts";
import type { LayerActivation } from "../activations.ts";
import type { ViewTable } from "../define-view.ts";
import { layerRange } from "../map-scale.ts";
import type { MapStatistics } from "../map-statistics.ts";

/** What is said of a layer in one line and in the report. */
export interface LayerNumbers {
  address: string;
  class: string;
  shape: readonly number[];
  /** Over the finite values; null where there are none. */
  range: { low: number; high: number } | null;
  /** Share of values that are exactly zero, 0 to 1. */
  zeros: number;
  maps: number;
  dead: number;
  constant: number;
  nonFinite: number;
}

/** What the numbers are taken of. */
type Numbered = Pick<LayerActivation, "address" | "className" | "shape" | "statistics">;

export function layerNumbers(maps: Numbered): LayerNumbers {
  const { statistics } = maps;
  const count = (state: MapStatistics["state"]) =>
    statistics.filter((entry) => entry.state === state).length;
  const zeros = statistics.reduce((sum, entry) => sum + entry.zeros, 0) / statistics.length;
  const range = combineRanges([layerRange(statistics)]);
  return {
    address: maps.address,
    class: maps.className,
    shape: maps.shape,
    range: range ? { low: range.low, high: range.high } : null,
    zeros,
    maps: statistics.length,
    dead: count("dead"),
    constant: count("constant"),
    nonFinite: count("non-finite"),
  };
}

/** One line a layer: `conv2d  Conv2D + relu  (1, 148, 148, 32)  0 .. 1.24  52 %  3 dead of 32` */
export function layerTable(name: string, layers: readonly Numbered[]): ViewTable {
  return { name, columns, rows: layers.map((maps) => layerLine(layerNumbers(maps))) };
}

const columns = [
  { title: "layer" },
  { title: "class" },
  { title: "shape", numbers: true },
  { title: "range", numbers: true },
  { title: "zero", right: true },
  { title: "dead maps" },
];

export function layerLine(numbers: LayerNumbers): string[] {
  const { range, zeros, maps, dead, constant, nonFinite } = numbers;
  const odd = [
    dead > 0 ? `${withThousands(dead)} dead` : "",
    constant > 0 ? `${withThousands(constant)} constant` : "",
    nonFinite > 0 ? `${withThousands(nonFinite)} not finite` : "",
  ].filter((word) => word !== "");
  return [
    numbers.address,
    numbers.class,
    formatShape(numbers.shape),
    range ? spanOf(range) : "not finite",
    `${(100 * zeros).toFixed(0)} %`,
    odd.length > 0
      ? `${odd.join(", ")} of ${withThousands(maps)}`
      : maps === 1
        ? ""
        : `none of ${withThousands(maps)}`,
  ];
}

const spanOf = ({ low, high }: { low: number; high: number }): string =>
  low === high ? formatNumber(low) : `${formatNumber(low)} .. ${formatNumber(high)}`;
