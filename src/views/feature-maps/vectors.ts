import { type Tensor, toFloat32 } from "../../base/tensor.ts";
import type { LayerActivation } from "../activations.ts";
import { type MapStatistics, mapStatistics } from "../map-statistics.ts";

/** What a layer without maps made of one photo: one row of units, or a row of steps for each channel. */
export interface Vectors {
  readonly address: string;
  readonly className: string;
  readonly shape: readonly number[];
  readonly statistics: readonly MapStatistics[];
  /** Units (1 row), or channels. */
  readonly rows: number;
  readonly columns: number;
  /** Words for the columns, where the units are classes. */
  readonly names?: readonly string[];
  /** `rows * columns` values. */
  readonly values: Float32Array;
}

/**
 * The units of a dense layer, or the channels of a 1-D one (each with its steps), of the first row of the batch.
 *
 * @param names of the units, where they are classes
 * @returns undefined for what has another rank
 */
export function vectorsOf(made: LayerActivation, names?: readonly string[]): Vectors | undefined {
  const { address, className, tensor, channelAxis } = made;
  const [, first = 0, second] = tensor.shape;
  if (tensor.shape.length !== 2 && tensor.shape.length !== 3) return undefined;
  const isRow = second === undefined;
  const channelsFirst = isRow || channelAxis === 1;
  const [rows, columns] = isRow ? [1, first] : channelsFirst ? [first, second] : [second, first];
  if (rows * columns === 0) return undefined;
  const values = channelsFirst
    ? toFloat32(tensor).data.slice(0, rows * columns)
    : transposed(tensor, rows, columns);
  const statistics = mapStatistics(values, { channels: rows, height: 1, width: columns });
  const named = isRow && names?.length === columns ? { names } : {};
  return { address, className, shape: tensor.shape, statistics, rows, columns, values, ...named };
}

/** The first row of a batch of (steps, channels) as a row for each channel. */
function transposed(tensor: Tensor, rows: number, columns: number): Float32Array {
  const { data } = toFloat32(tensor);
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    return data[(i - row * columns) * rows + row]!;
  });
}
