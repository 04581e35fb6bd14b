import { StriateError } from "../../base/errors.ts";
import { formatNumber } from "../../plot/format-number.ts";
import type { Picture } from "../../plot/picture.ts";
import type { ThemeName } from "../../plot/theme.ts";
import { agreement, comparable } from "../compare/agreement.ts";
import type { CamLayer } from "../explain/cam-layers.ts";
import { targetOf } from "../explain/explained-target.ts";
import type { ExplainContext } from "../explain/explain-context.ts";
import type { ExplainedTarget } from "../explain/explanation.ts";
import { gradCamView } from "../explain/grad-cam-view.ts";
import { backdropOf } from "../explain/heatmap-view.ts";
import { drawHeatmaps } from "../heatmap/draw-heatmaps.ts";
import { runView } from "../run-view.ts";
import type { PhotoSubject } from "../subject.ts";
import type { AblatedLayer, ChangedUnits } from "./ablation.ts";
import { type ScaledUnit, scaledNetwork } from "./scaled-network.ts";

/** Score and Grad-CAM with some units of a layer made weaker or stronger. */
export async function changedUnits(
  { context, running, photo, target }: ExplainContext,
  layer: CamLayer,
  count: number,
  units: readonly ScaledUnit[],
): Promise<ChangedUnits> {
  const other = running.alike(scaledNetwork(running.network, layer, count, units));
  try {
    const asks = { target: target.explained.text, layer: "last" };
    const { explained } = await targetOf(other, photo, asks.target);
    const mapOf = async (of: typeof running) =>
      (await runView(gradCamView, { ...context, running: of }, photo, asks)).result.maps[0]!;
    try {
      const maps = { before: await mapOf(running), after: await mapOf(other) };
      const found = agreement(comparable(maps.before), comparable(maps.after));
      return { units, score: explained.score, maps, agreement: found };
    } catch (error) {
      // Without gradients the score alone answers.
      if (!(error instanceof StriateError) || error.name === "StoppedError") throw error;
      return { units, score: explained.score };
    }
  } finally {
    await other.release();
  }
}

/** `With unit 17 muted, unit 5 x 2 the score goes from 0.69 to 0.52, and Grad-CAM keeps its order (0.97).` */
export function changeWords(
  { score: before }: ExplainedTarget,
  { layer, changed }: Pick<AblatedLayer, "layer" | "changed">,
): string[] {
  if (!changed) return [];
  const rank = changed.agreement?.rankCorrelation;
  const map =
    rank === undefined || rank === null
      ? ""
      : `; Grad-CAM's rank correlation with the one before is ${formatNumber(rank, 2)}`;
  return [
    `${layer}: with ${unitWords(changed.units)} the score goes from ${formatNumber(before, 3)} to ${formatNumber(changed.score, 3)}${map}.`,
  ];
}

const unitWords = (units: readonly ScaledUnit[]): string =>
  units
    .map(({ unit, factor }) =>
      factor === 0 ? `unit ${unit} muted` : `unit ${unit} x ${formatNumber(factor)}`,
    )
    .join(", ");

/** Both heatmaps on one scale. */
export function drawChange(
  target: ExplainedTarget,
  layer: string,
  changed: ChangedUnits,
  photo: PhotoSubject,
  theme: ThemeName,
): Picture {
  const { before, after } = changed.maps!;
  return drawHeatmaps(
    [
      {
        ...before,
        title: "as it is",
        detail: `score ${formatNumber(target.score, 3)}`,
      },
      {
        ...after,
        title: unitWords(changed.units),
        detail: `score ${formatNumber(changed.score, 3)}`,
      },
    ],
    [backdropOf(photo)],
    {
      title: `Grad-CAM of ${target.name}, units of ${layer} changed`,
      subtitle: photo.name,
      unit: "one scale for both",
      caption: `${changeWords(target, { layer, changed }).join(" ")} Heatmaps at ${before.layer ?? "the last layer with maps"}. Input: ${photo.preparation}.`,
    },
    { theme, scaleMode: "network" },
  );
}
