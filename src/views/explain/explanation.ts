import type { Tensor } from "../../base/tensor.ts";
import type { StackedPlane } from "../heatmap/stacked-plane.ts";

/** Why a network says what it says of a photo: one plane of numbers, or one for each of several layers. */
export interface Explanation {
  readonly target: ExplainedTarget;
  /** At least one. */
  readonly maps: readonly ExplanationMap[];
  /** What the method's reference page calls its numbers; see `arrayName`. */
  readonly arrays: readonly (readonly [name: string, value: Tensor])[];
  /** What else is to be said of this run: the gap of integrated gradients, the layer that was chosen. */
  readonly notes: readonly string[];
}

/** The number that is explained, as it stands in captions and array names. */
export interface ExplainedTarget {
  /** As an expression: `class:dog`. */
  readonly text: string;
  /** In words: `class dog, the predicted one: the value before the sigmoid of "dense_1"`. */
  readonly words: string;
  /** As the first part of array names: `dog`, `logit0`, `dog_probability`. */
  readonly key: string;
  /** In headings: `dog`. */
  readonly name: string;
  readonly score: number;
}

/** A plane of numbers over the network's input. */
export interface ExplanationMap extends StackedPlane {
  /** The layer that it was made at; absent for one of the input's own pixels. */
  readonly layer?: string;
  /** What is drawn: `height * width` numbers, signed where the method's are. */
  readonly values: Float32Array;
  readonly check?: MapCheck;
}

/** Whether the network agrees with a map. */
export interface MapCheck extends MapFindings {
  /** `Removing the brightest tenth lowers dog from 99 % to 61 %; random tenths: 95 %.` */
  readonly words: string;
}

/** The figures of the checks that were made. */
export interface MapFindings {
  /** Areas under the curves of the score over shares of the photo. */
  readonly deletionArea?: number;
  readonly insertionArea?: number;
  readonly randomDeletionArea?: number;
  /** For each size of subsets the correlation of the map's sum with the score's drop. */
  readonly sensitivityN?: {
    readonly sizes: readonly number[];
    readonly correlations: readonly (number | null)[];
    readonly mean: number | null;
  };
  /** Scores without the brightest and without the darkest places, by the percent that stays. */
  readonly road?: {
    readonly kept: readonly number[];
    readonly brightestOut: readonly number[];
    readonly darkestOut: readonly number[];
    readonly combined: number;
  };
  /** The map with the weights shuffled from the output down to a layer. */
  readonly randomisation?: readonly RandomisedMap[];
}

export interface RandomisedMap {
  readonly layer: string;
  readonly rankCorrelation: number | null;
  readonly ssim: number | null;
  readonly map: Pick<ExplanationMap, "values" | "height" | "width" | "slices">;
}

/** `dog/conv2d_3/gradcam_raw`, `dog/gradient`: target, layer, number. */
export function arrayName(
  target: { readonly key: string } | undefined,
  layer: string | undefined,
  name: string,
): string {
  return [target?.key, layer, name].filter((part) => part !== undefined).join("/");
}
