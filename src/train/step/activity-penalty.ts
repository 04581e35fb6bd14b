import type { RandomInput } from "../../layers/define-layer.ts";
import { parseRegularizer } from "../../training/regularizers.ts";
import type { Activity, Network } from "../../model/network.ts";
import type { Formula } from "../../ops/facts/formula.ts";

/**
 * What part of the batch each row is: 1 / rows, and 0 for a row that only fills a part of a batch up.
 * It is fed to a step like a random input, row by row.
 */
const rowShare: RandomInput = {
  value: "activity:row_share",
  shape: [null],
  distribution: "share",
  rate: 0,
};

/** Everything besides data and weights that a step of a training feeds. */
export function stepRandomInputs(network: Network): RandomInput[] {
  return pricedActivities(network).length > 0 ? [...network.random, rowShare] : network.random;
}

/**
 * Writes what the layers of a network ask for the size of their outputs (`activity_regularizer`): the
 * sum of their penalties, divided by the rows of the batch, as Keras does.
 *
 * @returns undefined where no layer asks for anything
 */
export function addActivityPenalty(
  f: Formula,
  network: Network,
  rows: number,
): { penalty: string; rowShare: string } | undefined {
  const activities = pricedActivities(network);
  if (activities.length === 0) return undefined;
  f.b.input(rowShare.value, [rows]);
  const ofRows = activities.map((activity) => penaltyOfRows(f, activity, rows));
  const penalty = f.sum(f.mul(f.add(...ofRows), rowShare.value), [0], false);
  return { penalty, rowShare: rowShare.value };
}

function pricedActivities({ activities = [] }: Network) {
  return activities
    .map((activity) => ({ ...activity, ...parseRegularizer(activity.regularizer) }))
    .filter(({ l1, l2 }) => l1 !== 0 || l2 !== 0);
}

/** `l1 * sum |x| + l2 * sum x^2` of each row, `(rows)`. */
function penaltyOfRows(
  f: Formula,
  { value, rank, batchAxis, hasSteps, l1, l2 }: Activity & { l1: number; l2: number },
  rows: number,
): string {
  const terms: string[] = [];
  if (l1 !== 0) terms.push(f.mul(f.apply("Abs", value), l1));
  if (l2 !== 0) terms.push(f.mul(f.mul(value, value), l2));
  const others = Array.from({ length: rank }, (_, axis) => axis).filter(
    (axis) => axis !== batchAxis,
  );
  const sums = f.sum(f.add(...terms), others, false);
  return hasSteps ? f.sum(f.reshape(sums, [rows, -1]), [1], false) : sums;
}
