import type { ConfusionPart } from "./confusion-part.ts";
import type { ExplainedMistake } from "./explain-mistake.ts";
import type { TemperatureFit } from "./temperature.ts";
import type { ThresholdRow } from "./thresholds.ts";

/** What a classifier confuses, how sure it is of it, and why. */
export interface Confusion {
  readonly title: string;
  readonly classNames: readonly string[];
  readonly part: ConfusionPart;
  readonly total: number;
  readonly accuracy: number;
  /** Mean distance of confidence and accuracy over the cells of confidence. */
  readonly calibrationError: number;
  readonly temperature: TemperatureFit;
  /** Of two classes: at thresholds of the second; empty for more classes. */
  readonly thresholds: readonly ThresholdRow[];
  readonly roc: readonly (readonly [number, number])[];
  readonly rocArea: number | null;
  readonly explained: readonly ExplainedMistake[];
}
