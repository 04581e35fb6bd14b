import { sizeOf } from "../../base/shape.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import type { ForwardPart } from "../../model/gradients/gradient-query.ts";
import type { CensusLayer } from "./census-layers.ts";

/** What is kept of a map, in the order of the columns: a layer has all its units' means, then their spreads. */
export const readings = ["mean", "spread", "maximum", "minimum", "zeros", "row", "column"] as const;
export type Reading = (typeof readings)[number];

/** The column of a unit's reading in what {@link reductions} gives for a photo. */
export const columnOf = ({ first, units }: CensusLayer, reading: Reading, unit: number): number =>
  readings.length * first + readings.indexOf(reading) * units + unit;

/**
 * The nodes that make numbers of maps where they are: for each photo the mean, the mean square about that mean, the
 * maximum, the minimum and the share of zeros of each map, and the row and the column of the maximum, `(N, 7 units)`.
 * The first of equal values counts, as in `np.argmax`.
 */
export function reductions(layers: readonly CensusLayer[]): ForwardPart {
  return {
    name: `census ${JSON.stringify(layers.map(({ value, axis }) => [value, axis]))}`,
    write({ b, values, shape }) {
      const read = (layer: CensusLayer, value: string): string[] => {
        const maps = asMaps(b, value, layer.axis, shape(value));
        const over = b.i64([2, 3]);
        const places = sizeOf(shape(value)) / (shape(value)[0]! * layer.units);
        const rows = b.op("ReduceMax", [maps, b.i64([3])], { keepdims: 0 });
        const mean = b.op("ReduceMean", [maps, over], { keepdims: 1 });
        // About the mean: of values that hardly differ, the mean of squares would leave rounding alone.
        const squares = b.op("ReduceSumSquare", [b.op("Sub", [maps, mean]), b.i64([3])], {
          keepdims: 0,
        });
        const zero = b.op("Equal", [maps, b.f32(0)]);
        const flat = { keepdims: 0 };
        // Of the row with the maximum, and there the column: two short lists instead of all places.
        const row = b.op("ArgMax", [rows], { axis: 2, keepdims: 1 });
        const line = b.op("GatherND", [maps, row], { batch_dims: 2 });
        const column = b.op("ArgMax", [line], { axis: 2, keepdims: 1 });
        const number = (place: string) =>
          b.op("Squeeze", [b.op("Cast", [place], { to: 1 }), b.i64([2])]);
        return [
          b.op("Squeeze", [mean, over]),
          // Rows first is what is fast.
          b.op("Div", [b.op("ReduceSum", [squares, b.i64([2])], flat), b.f32(places)], {}),
          b.op("ReduceMax", [rows, b.i64([2])], flat),
          b.op("ReduceMin", [maps, over], flat),
          b.op("ReduceMean", [b.op("Cast", [zero], { to: 1 }), over], flat),
          number(row),
          number(column),
        ];
      };
      // The engine computes what is written last first: so a map is read while it is in the cache, and let go.
      const numbers = [...layers.entries()].reverse().map(([i, layer]) => read(layer, values[i]!));
      return [b.op("Concat", numbers.reverse().flat(), { axis: 1 })];
    },
  };
}

/** A value as `(N, channels, rows, columns)`, whatever axes it has. */
function asMaps(b: GraphBuilder, value: string, axis: number, shape: readonly number[]): string {
  const rank = shape.length;
  const others = [...shape.keys()].filter((each) => each !== 0 && each !== axis);
  const moved = axis === 1 ? value : b.op("Transpose", [value], { perm: [0, axis, ...others] });
  const width = others.length === 0 ? 1 : shape[others.at(-1)!]!;
  return rank === 4 ? moved : b.op("Reshape", [moved, b.i64([0, 0, -1, width])]);
}
