/** A plane of numbers, row by row. */
export interface Plane {
  readonly values: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
}

/** How alike two maps of one size are; null where that has no meaning, as for a map that is constant. */
export interface Agreement {
  /** Spearman's rank correlation, -1 to 1: whether both put the places in the same order. */
  readonly rankCorrelation: number | null;
  /** Of the brightest tenths of both the part that they share: intersection over union. */
  readonly topOverlap: number | null;
  /** Structural similarity, 1 where both look the same. */
  readonly ssim: number | null;
}

/**
 * Compares two maps, each by what makes it comparable: its ranks, its brightest places, its values as
 * shares of its largest one.
 *
 * Source: Adebayo et al. 2018, arXiv:1810.03292, section 3 (rank correlation and SSIM of heatmaps).
 */
export function agreement(a: ComparablePlane, b: ComparablePlane): Agreement {
  return {
    rankCorrelation: correlation(a.ranks, b.ranks),
    topOverlap: a.top && b.top ? overlap(a.top, b.top) : null,
    ssim: ssim(a, b),
  };
}

/** What `agreement` needs of a map, found once. */
export interface ComparablePlane extends Plane {
  /** The values as shares of the largest one. */
  readonly shares: Float64Array;
  readonly isSigned: boolean;
  readonly ranks: Float64Array;
  /** The places of the brightest tenth; undefined where nothing is brighter than all else. */
  readonly top: ReadonlySet<number> | undefined;
}

export function comparable({ values, height, width }: Plane): ComparablePlane {
  const finite = Float64Array.from(values, (value) => (Number.isFinite(value) ? value : 0));
  const largest = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const order = Array.from(finite.keys()).sort((i, j) => finite[j]! - finite[i]! || i - j);
  const isFlat = finite.every((value) => value === finite[0]);
  const count = Math.max(1, Math.round(finite.length / 10));
  return {
    values,
    height,
    width,
    shares: finite.map((value) => (largest > 0 ? value / largest : 0)),
    isSigned: finite.some((value) => value < 0),
    ranks: meanRanks(finite, order),
    top: isFlat ? undefined : new Set(order.slice(0, count)),
  };
}

/** The rank of each value; equal ones share the mean of their ranks, as in SciPy's `rankdata`. */
function meanRanks(values: Float64Array, descending: readonly number[]): Float64Array {
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < descending.length;) {
    let to = from;
    while (to < descending.length && values[descending[to]!] === values[descending[from]!]) to++;
    for (let i = from; i < to; i++) ranks[descending[i]!] = values.length - (from + to - 1) / 2;
    from = to;
  }
  return ranks;
}

/** Pearson's correlation; null where one of both is constant. */
function correlation(a: Float64Array, b: Float64Array): number | null {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB];
    both += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  const size = Math.sqrt(squaresA * squaresB);
  return size > 0 ? Math.max(-1, Math.min(1, both / size)) : null;
}

const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function overlap(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let both = 0;
  for (const place of a) if (b.has(place)) both++;
  return both / (a.size + b.size - both);
}

/**
 * The mean structural similarity over windows of 7 x 7, as scikit-image's `structural_similarity` has it:
 * even weights, variances over n - 1, windows that hang over the border left out.
 *
 * Source: Wang, Bovik, Sheikh, Simoncelli 2004, IEEE TIP 13.
 */
function ssim(a: ComparablePlane, b: ComparablePlane): number | null {
  const { height, width } = a;
  const side = Math.min(7, height - ((height + 1) % 2), width - ((width + 1) % 2));
  if (side < 3) return null;
  const range = a.isSigned || b.isSigned ? 2 : 1;
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
  const count = side * side;
  const [x, y] = [a.shares, b.shares];
  const sums = [x, y, product(x, x), product(y, y), product(x, y)].map((values) =>
    windowSums(values, height, width, side),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  let total = 0;
  for (let i = 0; i < sums[0].length; i++) {
    const [meanX, meanY] = [sums[0][i]! / count, sums[1][i]! / count];
    const spread = (sum: number, by: number) => (sum / count - by) * (count / (count - 1));
    const [varX, varY] = [spread(sums[2][i]!, meanX ** 2), spread(sums[3][i]!, meanY ** 2)];
    const both = spread(sums[4][i]!, meanX * meanY);
    total +=
      ((2 * meanX * meanY + c1) * (2 * both + c2)) /
      ((meanX ** 2 + meanY ** 2 + c1) * (varX + varY + c2));
  }
  return total / sums[0].length;
}

const product = (a: Float64Array, b: Float64Array): Float64Array =>
  a.map((value, i) => value * b[i]!);

/** The sum over each window that lies inside. */
function windowSums(
  values: Float64Array,
  height: number,
  width: number,
  side: number,
): Float64Array {
  const across = width - side + 1;
  // bounded: as large as the values
  const rows = new Float64Array(height * across);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < across; x++)
      for (let k = 0; k < side; k++) rows[y * across + x]! += values[y * width + x + k]!;
  // bounded: as large as the values
  const sums = new Float64Array((height - side + 1) * across);
  for (let i = 0; i < sums.length; i++)
    for (let k = 0; k < side; k++) sums[i]! += rows[i + k * across]!;
  return sums;
}
