import type { Rectangle } from "../../base/affine.ts";
import { formatNumber } from "../../plot/format-number.ts";
import type { Picture } from "../../plot/picture.ts";
import type { ViewTable } from "../define-view.ts";
import { backdropOf } from "../explain/heatmap-view.ts";
import { drawHeatmaps } from "../heatmap/draw-heatmaps.ts";
import type { DrawHeatmapsOptions } from "../heatmap/heatmap-options.ts";
import { placesOfPlane } from "../heatmap/stacked-plane.ts";
import type { PhotoSubject } from "../subject.ts";
import type { Ancestor } from "./ancestors.ts";

/** Layer by layer: what can be seen, and what gives most. */
export function ancestorTable(ancestors: readonly Ancestor[]): ViewTable {
  return {
    name: "ancestors",
    columns: [
      { title: "layer" },
      { title: "map", right: true },
      { title: "sees" },
      { title: "strongest channel", right: true },
      { title: "its share", right: true },
      { title: "strongest place" },
    ],
    rows: ancestors.map(({ layer, sees, channel, share, at, ...plane }) => [
      layer,
      placesOfPlane(plane).join(" x "),
      sees ? sees.map(([from, to]) => `${from} to ${to}`).join(", ") : "all",
      channel,
      `${formatNumber(100 * share, 2)} %`,
      at.join(", "),
    ]),
  };
}

/** What each layer gives to the value, over the photo; the frame is what the value can see of it. */
export function drawAncestors(
  ancestors: readonly Ancestor[],
  unit: string,
  photo: PhotoSubject,
  { frame, ...looks }: { readonly frame?: Rectangle } & DrawHeatmapsOptions,
): Picture {
  const heatmaps = ancestors.map(({ layer, gives, channel, share, ...plane }) => ({
    ...plane,
    values: gives,
    title: layer,
    detail: `channel ${channel}: ${formatNumber(100 * share, 2)} %`,
    ...(frame && { frame }),
  }));
  return drawHeatmaps(
    heatmaps,
    [backdropOf(photo)],
    {
      title: `Where ${unit} comes from`,
      subtitle: photo.name,
      caption:
        "What each place of each layer on the way gives to the value: value times slope, summed over the channels. " +
        `The frame is all that it can see. Input: ${photo.preparation}.`,
    },
    { ...looks, style: "overlay", size: 220 },
  );
}
