import type { Graph } from "../../graph.ts";
import { batchMoments } from "./batch-moments.ts";
import { batchNormGradient } from "./batch-norm-gradient.ts";
import { channelScale } from "./channel-scale.ts";
import { commonSubexpressions } from "./common-subexpressions.ts";
import { convTransposeAsConv } from "./conv-transpose-as-conv.ts";
import { idleLayout } from "./idle-layout.ts";
import { maxPoolGradient } from "./max-pool-gradient.ts";
import { padIntoConv } from "./pad-into-conv.ts";
import { positiveByCast } from "./positive-by-cast.ts";
import { reluMaskAfterPool } from "./relu-mask-after-pool.ts";
import { scaleBeforeUnpool } from "./scale-before-unpool.ts";
import { sumBeforeUnpool } from "./sum-before-unpool.ts";
import { weightGradientColumns } from "./weight-gradient-columns.ts";
import { weightGradientDepthwise } from "./weight-gradient-depthwise.ts";
import { weightGradientPhases } from "./weight-gradient-phases.ts";
import { weightGradientShifts } from "./weight-gradient-shifts.ts";
import { weightGradientWinograd } from "./weight-gradient-winograd.ts";

/** A rewriting of a graph into a faster one with the same numbers; where it does not apply, the graph itself. */
export type GraphPass = (graph: Graph) => Graph;

/**
 * The passes for the graph of a training step, in the order in which they run: each writes standard
 * ops, and may look for what those before it wrote. They read the shapes of all values, so shapes are
 * inferred anew after each.
 */
export const stepPasses: Readonly<Record<string, GraphPass>> = {
  commonSubexpressions,
  batchNormGradient,
  batchMoments,
  channelScale,
  reluMaskAfterPool,
  positiveByCast,
  maxPoolGradient,
  sumBeforeUnpool,
  scaleBeforeUnpool,
  convTransposeAsConv,
  padIntoConv,
  weightGradientPhases,
  weightGradientDepthwise,
  weightGradientWinograd,
  weightGradientShifts,
  weightGradientColumns,
  idleLayout,
};
