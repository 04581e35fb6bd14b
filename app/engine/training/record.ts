import { trainingAdvice } from "./advice.ts";
import type { EpochLook, KeptEpoch, TrainingBegin, TrainingNews } from "./news.ts";

/** All that is known of a training so far. */
export interface TrainingRecord {
  readonly begun?: TrainingBegin;
  readonly epochs: readonly KeptEpoch[];
  /** The loss of each batch of the epoch that runs. */
  readonly losses: readonly number[];
  readonly advice: readonly string[];
  /** How it ended, empty where all epochs were made; undefined while it runs. */
  readonly ended?: string;
}

export const emptyRecord: TrainingRecord = { epochs: [], losses: [], advice: [] };

/** Bytes of what all epochs look like together. */
const mostLooks = 192 * 2 ** 20;

/**
 * What is known after some news.
 *
 * @param most bytes for what epochs look like: beyond it every second one that is kept goes, never the last
 */
export function heard(
  record: TrainingRecord,
  news: TrainingNews,
  most = mostLooks,
): TrainingRecord {
  switch (news.kind) {
    case "begin":
      return { ...emptyRecord, begun: news, epochs: news.past.map((logs) => ({ logs })) };
    case "batch":
      return { ...record, losses: [...record.losses, news.logs["loss"] ?? NaN] };
    case "epoch": {
      const epochs = record.epochs.slice(0, news.epoch);
      epochs[news.epoch] = { logs: news.logs, ...(news.look && { look: news.look }) };
      const kept = thinned(epochs, most);
      return { ...record, epochs: kept, losses: [], advice: trainingAdvice(kept) };
    }
    case "end":
      return { ...record, ended: news.words };
  }
}

function thinned(epochs: KeptEpoch[], most: number): KeptEpoch[] {
  const looked = () => [...epochs.keys()].filter((i) => epochs[i]!.look);
  let places = looked();
  while (places.length > 2 && places.reduce((sum, i) => sum + sizeOf(epochs[i]!.look!), 0) > most) {
    // The first and the last stay: from where to where it came is what is looked at most.
    places.forEach((at, i) => {
      if (i % 2 === 1 && i < places.length - 1) epochs[at] = { logs: epochs[at]!.logs };
    });
    const left = looked();
    if (left.length === places.length) break;
    places = left;
  }
  return epochs;
}

const sizeOf = ({ filters, probes }: EpochLook): number =>
  [...filters, ...probes.flatMap(({ maps }) => maps)].reduce(
    (sum, { codes, lows }) => sum + codes.length + 8 * lows.length,
    0,
  );

/** The last epoch up to one whose look is kept. */
export function lookAtEpoch(record: TrainingRecord, epoch: number): EpochLook | undefined {
  for (let i = Math.min(epoch, record.epochs.length - 1); i >= 0; i--)
    if (record.epochs[i]!.look) return record.epochs[i]!.look;
  return undefined;
}

/** What one number was in each epoch. */
export const curveOf = (record: TrainingRecord, name: string): number[] =>
  record.epochs.map(({ logs }) => logs[name] ?? NaN);
