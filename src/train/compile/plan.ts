import { namingSync } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Constraint, parseConstraint } from "../../training/constraints.ts";
import { type Penalty, parseRegularizer } from "../../training/regularizers.ts";
import type { Optimizer } from "../../training/optimizers/optimizer.ts";
import type { NetworkWeight } from "../../model/network.ts";
import type { OutputLoss } from "./compiled.ts";
import type { StepExecutor, StepGraph } from "../step/executor.ts";
import type { TrainingNetwork } from "../source/trainable.ts";
import { buildStepGraph } from "../step/step-graph.ts";

/** A weight while it is trained. */
export interface PlannedWeight extends NetworkWeight {
  /** Number of elements. */
  size: number;
  penalty: Penalty;
  /** Null for none. */
  constraint: Constraint | null;
}

/** Everything that an executor needs to run the steps of a training. */
export interface TrainingPlan {
  optimizer: Optimizer;
  /** By address, in the order of the model: those that are trained and those that are not. */
  weights: ReadonlyMap<string, PlannedWeight>;
  /** Rows of a full batch; the last one of an epoch may have fewer. */
  rows: number;
  /** The step graph for a number of rows: a batch, or a worker's part of it. */
  stepGraph(rows: number): StepGraph;
}

/** Makes an executor for a plan; the edge chooses which. Weights are written into it before a step. */
export type CreateExecutor = (plan: TrainingPlan) => Promise<StepExecutor>;

export function planTraining(
  training: TrainingNetwork,
  optimizer: Optimizer,
  losses: readonly OutputLoss[],
  rows: number,
): TrainingPlan {
  const { weights } = training.network;
  return {
    optimizer,
    rows,
    weights: new Map(
      [...weights].map(([address, weight]) => [
        address,
        {
          ...weight,
          size: sizeOf(weight.graphShape),
          ...namingSync(`weight "${address}"`, () => ({
            penalty: parseRegularizer(weight.trainable ? weight.regularizer : null),
            constraint: parseConstraint(weight.trainable ? weight.constraint : null, weight),
          })),
        },
      ]),
    ),
    stepGraph: (part) => buildStepGraph(training, losses, part),
  };
}
