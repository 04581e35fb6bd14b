import { largest, smallest } from "../../base/extremes.ts";
import { softmax } from "../../base/softmax.ts";
import type { Head } from "../../model/head/head.ts";

/** What an output says of the input's preparation. */
export interface HeadReading {
  /** Of the output in bits: 0 is sure of one class. Null where it is no list of probabilities. */
  readonly entropy: number | null;
  /** How little the output speaks for the input: the entropy's share of its most, more where saturated. */
  readonly doubt: number;
}

/** Logits that lie further apart than this are none that training leaves. */
const plausibleSpread = 30;

/**
 * Reads entropy and saturation of one output. Values that are far too large (bytes where the network
 * knows 0 to 1) make it look sure of itself: probabilities as 1 and 1e-40 are no sign of a good input.
 */
export function readHead({ kind }: Pick<Head, "kind">, logits: ArrayLike<number>): HeadReading {
  const values = Array.from(logits);
  if (values.length === 0 || !values.every(Number.isFinite)) return { entropy: null, doubt: 2 };
  const pairs = kind === "sigmoid" ? values.map((logit) => [0, logit]) : [values];
  const readings = pairs.map((each) => {
    const { entropy, spread } = softmaxEntropy(each);
    const excess = Math.max(0, spread - plausibleSpread) / plausibleSpread;
    return { entropy, doubt: entropy / Math.log2(Math.max(2, each.length)) + Math.min(2, excess) };
  });
  const mean = (of: (reading: HeadReading & { entropy: number }) => number) =>
    readings.reduce((sum, reading) => sum + of(reading), 0) / readings.length;
  return { entropy: mean(({ entropy }) => entropy), doubt: mean(({ doubt }) => doubt) };
}

function softmaxEntropy(logits: readonly number[]): { entropy: number; spread: number } {
  const entropy = softmax(logits).reduce(
    (sum, share) => (share > 0 ? sum - share * Math.log2(share) : sum),
    0,
  );
  return { entropy: Math.max(0, entropy), spread: largest(logits) - smallest(logits) };
}
