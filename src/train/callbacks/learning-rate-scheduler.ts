import type { Callback } from "./callback.ts";

/**
 * Sets the learning rate at the start of each epoch.
 *
 * @param schedule gets the epoch, from 0, and the rate of now; returns the new rate
 *
 * Source: https://keras.io/api/callbacks/learning_rate_scheduler/
 */
export function learningRateScheduler(
  schedule: (epoch: number, learningRate: number) => number,
): Callback {
  let done = -1;
  return {
    onTrainBegin: () => void (done = -1),
    onEpochBegin(epoch, { trainer }) {
      // A training that goes on in the middle of an epoch has had its rate set before.
      if (epoch !== done) trainer.learningRate = schedule(epoch, trainer.learningRate);
      done = epoch;
    },
    onEpochEnd: (_, logs, { trainer }) => void (logs.learning_rate = trainer.learningRate),
    state: () => done,
    restore: (state) => void (done = state as number),
  };
}
