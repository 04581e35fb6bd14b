/**
 * Temperatures at which the loss of a data set is added up: `2^(i / 16)` from 1/16 to 16. Sums over a fixed list
 * can be put together, and the best temperature is read off them: near its smallest value the loss is a parabola.
 */
export const temperatures: readonly number[] = Array.from(
  { length: 129 },
  (_, i) => 2 ** ((i - 64) / 16),
);

/** The loss `-log softmax(z / T)[label]` at each of {@link temperatures}. */
export function lossesByTemperature(logits: ArrayLike<number>, label: number): Float64Array {
  const losses = new Float64Array(temperatures.length);
  let highest = -Infinity;
  for (let k = 0; k < logits.length; k++) highest = Math.max(highest, logits[k]!);
  temperatures.forEach((temperature, i) => {
    let total = 0;
    for (let k = 0; k < logits.length; k++) total += Math.exp((logits[k]! - highest) / temperature);
    losses[i] = Math.log(total) - (logits[label]! - highest) / temperature;
  });
  return losses;
}

/** What dividing the logits by one number does for the loss. */
export interface TemperatureFit {
  /** Divide by it: above 1 the network is surer than it should be. */
  readonly temperature: number;
  /** Mean loss as it is, and after the division. */
  readonly before: number;
  readonly after: number;
  /** Whether the best is at the end of what was tried. */
  readonly atEnd: boolean;
}

/**
 * The temperature that makes the loss smallest.
 *
 * Source: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", 2017, arXiv:1706.04599.
 *
 * @param losses mean loss at each of {@link temperatures}
 */
export function fitTemperature(losses: ArrayLike<number>): TemperatureFit {
  let best = 0;
  for (let i = 1; i < losses.length; i++) if (losses[i]! < losses[best]!) best = i;
  const before = losses[temperatures.indexOf(1)]!;
  const atEnd = best === 0 || best === losses.length - 1;
  if (atEnd) return { temperature: temperatures[best]!, before, after: losses[best]!, atEnd };
  // The parabola through the three lowest, over the logarithm of the temperature.
  const [low, mid, high] = [losses[best - 1]!, losses[best]!, losses[best + 1]!];
  const bend = low - 2 * mid + high;
  const shift = bend > 0 ? (low - high) / (2 * bend) : 0;
  const after = mid - ((low - high) * shift) / 4;
  return { temperature: temperatures[best]! * 2 ** (shift / 16), before, after, atEnd };
}
