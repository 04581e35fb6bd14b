/** What both sides train: convolutions with a pooling behind each, one dense layer, one sigmoid unit. */
export interface BenchNetwork {
  readonly name: string;
  readonly size: number;
  readonly batch: number;
  readonly filters: readonly number[];
  readonly units: number;
}

export const networks: readonly BenchNetwork[] = [
  { name: "as the page trains it", size: 48, batch: 32, filters: [16, 32, 32], units: 64 },
  { name: "the tutorial's", size: 150, batch: 16, filters: [32, 64, 128, 128], units: 512 },
];

/** A batch of noise: pictures with their channels last, and a label for each. */
export function noise({ size, batch }: BenchNetwork): { x: Float32Array; y: Float32Array } {
  let state = 1;
  const next = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const x = Float32Array.from({ length: batch * size * size * 3 }, next);
  return { x, y: Float32Array.from({ length: batch }, () => Math.round(next())) };
}
