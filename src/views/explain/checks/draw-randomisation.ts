import { largest } from "../../../base/extremes.ts";
import { formatNumber } from "../../../plot/format-number.ts";
import type { Picture } from "../../../plot/picture.ts";
import { drawHeatmaps } from "../../heatmap/draw-heatmaps.ts";
import type { DrawHeatmapsOptions } from "../../heatmap/heatmap-options.ts";
import type { Heatmap } from "../../heatmap/heatmap.ts";
import type { Backdrop } from "../../heatmap/overlay.ts";
import type { PhotoSubject } from "../../subject.ts";
import type { ExplainedTarget, ExplanationMap } from "../explanation.ts";

/** A strip for each map: as it is, and with the weights shuffled further and further back. */
export function drawRandomisation(
  maps: readonly ExplanationMap[],
  title: string,
  target: ExplainedTarget,
  photo: PhotoSubject,
  backdrop: Backdrop | undefined,
  looks: DrawHeatmapsOptions,
): Picture {
  const strips = maps.map((map): Heatmap[] => [
    { ...map, title: "as learned", detail: map.layer ?? "" },
    ...(map.check?.randomisation ?? []).map(({ layer, rankCorrelation, map: other }): Heatmap => ({
      ...other,
      title: `down to ${layer}`,
      detail:
        rankCorrelation === null
          ? "constant"
          : `rank correlation ${formatNumber(Number(rankCorrelation.toFixed(2)), 2)}`,
    })),
  ]);
  const columns = largest(strips.map((strip) => strip.length));
  const said = [...new Set(maps.flatMap(({ check }) => check?.words ?? []))].join(" ");
  return drawHeatmaps(
    strips.flat(),
    [backdrop],
    {
      title: `${title} with shuffled weights: ${target.name}`,
      subtitle: photo.name,
      caption:
        "The weights are shuffled from the output back, layer by layer. A map that stays as it was shows the photo, " +
        `not what the network has learned. ${said} Input: ${photo.preparation}.`,
    },
    { ...looks, scaleMode: "map", size: 160, columns: Math.min(columns, 8) },
  );
}
