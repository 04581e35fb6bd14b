import type { Tensor } from "../../../base/tensor.ts";
import type { RunningNetwork } from "../../../model/running.ts";
import type { ExplainContext } from "../explain-context.ts";
import type { ExplanationMap, MapFindings } from "../explanation.ts";

/** A heatmap that is to be judged. */
export interface JudgedMap {
  /** The target as a probability where it is a class of a head that has them. */
  readonly given: ExplainContext;
  readonly map: ExplanationMap;
  /** `dog`, and a score in its words: `61 %`. */
  readonly name: string;
  score(value: number): string;
  /** The same map of another network, which has the same layers. */
  again(running: RunningNetwork): Promise<ExplanationMap>;
}

/** What a check found. */
export interface Finding {
  /** Sentences for the caption. */
  readonly words: string;
  readonly figures: MapFindings;
  /** Under the map's own name: `dog/conv2d_3/grad-cam_check/` stands before. */
  readonly arrays: readonly (readonly [name: string, value: Tensor])[];
}

/** A way to ask a network whether a heatmap holds. */
export interface HeatmapCheck {
  /** `road`: what stands behind `--check`. */
  readonly id: string;
  check(judged: JudgedMap): Promise<Finding>;
}
