import { StriateError } from "../../base/errors.ts";
import type { Callback, FitRun } from "./callback.ts";
import type { Logs } from "../../model/history.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** The learning rate is multiplied by it; 0.1 by default. */
  factor?: number;
  /** Epochs without a gain before that; 10 by default. */
  patience?: number;
  /** Epochs to wait after a reduction before looking again. */
  cooldown?: number;
  /** The learning rate goes no lower. */
  minLr?: number;
}

/**
 * Lowers the learning rate when a watched number has stopped getting better. The rate of each epoch
 * stands in the history as `learning_rate`.
 *
 * Source: https://keras.io/api/callbacks/reduce_lr_on_plateau/, as of Keras 3
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  const { factor = 0.1, patience = 10, cooldown = 0, minLr = 0, minDelta = 1e-4 } = options;
  if (factor >= 1) throw new StriateError(`reduceLROnPlateau: factor ${factor} is not below 1`);
  const monitor = new Monitor({ ...options, minDelta });
  const fresh = () => ({ best: null as number | null, wait: 0, cooling: 0 });
  let now = fresh();
  return {
    onTrainBegin(run) {
      monitor.check(run, "reduceLROnPlateau");
      now = fresh();
    },
    onEpochEnd(_: number, logs: Logs, run: FitRun) {
      logs.learning_rate = run.trainer.learningRate;
      const value = monitor.read(logs);
      if (now.cooling > 0) {
        now.cooling--;
        now.wait = 0;
      }
      if (monitor.improves(value, now.best, run)) {
        now.best = value;
        now.wait = 0;
      } else if (now.cooling === 0 && ++now.wait >= patience) {
        const rate = run.trainer.learningRate;
        if (rate <= minLr) return;
        run.trainer.learningRate = Math.max(rate * factor, minLr);
        now.cooling = cooldown;
        now.wait = 0;
      }
    },
    state: () => now,
    restore: (state) => void (now = { ...(state as typeof now) }),
  };
}
