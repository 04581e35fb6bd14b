import type { LossDefinition, Reduction } from "../../training/losses/define-loss.ts";
import type { Metric } from "../../training/metrics/metric.ts";
import type { Optimizer } from "../../training/optimizers/optimizer.ts";
import type { Configured } from "../../training/registry.ts";

/** The loss of one output. */
export interface OutputLoss extends Configured<LossDefinition> {
  weight: number;
  reduction: Reduction;
}

/** A metric of one output. */
export interface OutputMetric {
  output: number;
  metric: Metric;
  weighted: boolean;
}

/** A network with everything that training it needs to know. */
export interface Compiled {
  optimizer: Optimizer;
  /** By output. */
  losses: readonly OutputLoss[];
  metrics: readonly OutputMetric[];
  /** What the user should know, once. */
  notices: readonly string[];
  /** The options as Keras' JSON, for files. */
  serialized: Record<string, unknown>;
}
