import { summarize } from "../../model/facts/summary.ts";
import type { ViewContext } from "../context.ts";
import { usualScales } from "../detective/turns-over.ts";
import type { DatasetSubject } from "../subject.ts";

/** How right a network is under the usual scalings, where its file says none. */
export interface ScalingTrials {
  /** How many pictures were tried, spread over the data. */
  readonly pictures: number;
  /** The share that is right, of each scaling; the guess comes first. */
  readonly accuracies: readonly Trial[];
}

export interface Trial {
  readonly scale: string;
  readonly accuracy: number;
}

/** Multiply-adds that trying may take, and pictures: fewer than the least say nothing. */
const mostWork = 1e11;
const mostPictures = 128;
const leastPictures = 16;

/**
 * Measures some pictures of a data set under the usual scalings, where the set's own scaling is a guess.
 *
 * @param accuracyOf runs the network over pictures
 * @returns undefined where the scaling is known, or trying would take too long
 */
export async function scalingTrials(
  { running }: ViewContext,
  set: DatasetSubject,
  accuracyOf: (set: DatasetSubject) => Promise<number>,
): Promise<ScalingTrials | undefined> {
  const { scaling, rescaled } = set;
  if (scaling?.guess !== true || rescaled === undefined) return undefined;
  const scales = [
    scaling.scale,
    ...usualScales(running.network).filter((s) => s !== scaling.scale),
  ];
  const each = summarize(running.network).multiplyAdds ?? Infinity;
  const affordable = Math.floor(mostWork / Math.max(1, each) / scales.length);
  const pictures = Math.min(affordable, mostPictures, set.length);
  if (pictures < Math.min(leastPictures, set.length)) return undefined;
  const accuracies: Trial[] = [];
  for (const scale of scales)
    accuracies.push({ scale, accuracy: await accuracyOf(rescaled(scale, pictures)) });
  return { pictures, accuracies };
}

/** In one line: whether another scaling fits the data better, which is no proof, but a strong sign. */
export function trialsInWords({ pictures, accuracies }: ScalingTrials): string {
  const [own, ...others] = accuracies as readonly [Trial, ...Trial[]];
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const best = others.reduce((a, b) => (b.accuracy > a.accuracy ? b : a), own);
  const on = `on ${pictures} of the pictures`;
  if (best.accuracy <= own.accuracy)
    return `${on}, no other usual scaling is right more often (${percent(own.accuracy)})`;
  return `${on}, --scale ${best.scale} is right in ${percent(best.accuracy)}, and the guess in ${percent(own.accuracy)}: the network may have been trained with it`;
}
