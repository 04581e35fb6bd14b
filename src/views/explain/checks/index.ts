import type { HeatmapCheck } from "./check.ts";
import { randomisationCheck } from "./randomisation.ts";
import { removalCheck } from "./removal-check.ts";
import { roadCheck } from "./road.ts";
import { sensitivityCheck } from "./sensitivity-n.ts";

/** Every check of a heatmap, in the order of their sentences. */
export const checks: readonly HeatmapCheck[] = [
  removalCheck,
  roadCheck,
  sensitivityCheck,
  randomisationCheck,
];
