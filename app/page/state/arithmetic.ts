import type { FieldAnswer } from "../../engine/protocol.ts";

/** What one input map adds to a value: its window and the kernel's, row by row. */
export interface ChannelSum {
  readonly channel: number;
  readonly sum: number;
  readonly columns: number;
  readonly input: readonly (number | undefined)[];
  readonly weight: readonly (number | undefined)[];
}

type Products = NonNullable<FieldAnswer["arithmetic"]>["products"];

/** The products by the map that they come from, those that count most first; none where it reads no maps. */
export function sumByChannel(products: Products): ChannelSum[] {
  if (products.length === 0 || products.some(({ index }) => index.length !== 3)) return [];
  const rows = products.map(({ index }) => index[1]!);
  const columns = products.map(({ index }) => index[2]!);
  const [top, bottom] = span(rows);
  const [left, right] = span(columns);
  const [height, width] = [bottom - top + 1, right - left + 1];
  if (height * width > 121) return [];
  const found = new Map<
    number,
    { sum: number; input: (number | undefined)[]; weight: (number | undefined)[] }
  >();
  for (const { index, input, weight } of products) {
    const [channel, y, x] = index as [number, number, number];
    const empty = () => new Array<number | undefined>(height * width).fill(undefined);
    const one = found.get(channel) ?? { sum: 0, input: empty(), weight: empty() };
    const at = (y - top) * width + x - left;
    one.sum += input * weight;
    one.input[at] = input;
    one.weight[at] = weight;
    found.set(channel, one);
  }
  return [...found]
    .map(([channel, one]) => ({ channel, columns: width, ...one }))
    .sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
}

function span(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}
