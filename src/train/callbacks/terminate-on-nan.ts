import type { Callback } from "./callback.ts";

/**
 * Ends the training when the loss is NaN or infinite.
 *
 * @param notify gets one sentence that says where
 *
 * Source: https://keras.io/api/callbacks/terminate_on_nan/
 */
export function terminateOnNaN(notify: (text: string) => void = () => undefined): Callback {
  let epoch = 0;
  return {
    onEpochBegin: (number) => void (epoch = number),
    onBatchEnd(batch, { loss }, run) {
      if (Number.isFinite(loss)) return;
      notify(
        `epoch ${epoch + 1}, batch ${batch + 1}: the loss is ${loss}; the training ends here. ` +
          `A smaller learning rate, or clipnorm, may help.`,
      );
      run.stopTraining = true;
    },
  };
}
