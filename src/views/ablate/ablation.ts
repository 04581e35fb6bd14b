import type { Agreement } from "../compare/agreement.ts";
import type { ExplainedTarget, ExplanationMap } from "../explain/explanation.ts";
import type { ScaledUnit } from "./scaled-network.ts";

/** What each unit of a layer carries of a decision. */
export interface AblatedLayer {
  readonly layer: string;
  /** The score that is left with each unit switched off. */
  readonly scores: Float32Array;
  /** Units from the one that carries most to the one that speaks most against the target. */
  readonly order: readonly number[];
  /** The score with the most important units off together: 0, 1, 2, ... of them. */
  readonly together: Float32Array;
  /** What becomes of score and heatmap when some of its units are made weaker or stronger. */
  readonly changed?: ChangedUnits;
}

/** The network with some units scaled. */
export interface ChangedUnits {
  readonly units: readonly ScaledUnit[];
  readonly score: number;
  /** Grad-CAM as it is and as it becomes, at one layer; absent where the network has no gradients. */
  readonly maps?: { readonly before: ExplanationMap; readonly after: ExplanationMap };
  /** Of the two maps: whether the same places count. */
  readonly agreement?: Agreement;
}

export interface Ablation {
  readonly target: ExplainedTarget;
  readonly layers: readonly AblatedLayer[];
}
