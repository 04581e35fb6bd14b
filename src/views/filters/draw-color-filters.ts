import { counted } from "../../base/counted.ts";
import { layoutGrid } from "../../plot/grid.ts";
import { legendText } from "../../plot/color-bar.ts";
import { page } from "../../plot/page.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import type { Raster } from "../../plot/raster.ts";
import { type ThemeName, themes } from "../../plot/theme.ts";
import type { FilterBank } from "./filter-bank.ts";

/**
 * Filters that read red, green and blue, as pictures: the weights are the colours, grey is zero, and the
 * largest weight of each filter, or of all of them, is full colour.
 */
export function drawColorFilters(
  bank: FilterBank,
  caption: string,
  name: ThemeName,
  scale: "filter" | "layer" = "filter",
): Picture {
  const theme = themes[name];
  const zoom = Math.max(1, Math.floor(56 / Math.max(bank.height, bank.width)));
  const [width, height] = [bank.width * zoom, bank.height * zoom];
  const grid = layoutGrid({
    count: bank.filters,
    cellWidth: Math.max(width, 32),
    cellHeight: height + 16,
    gapX: 10,
    gapY: 8,
    columns: "auto",
    autoWidth: 1000,
  });
  const marks = Array.from({ length: bank.filters }, (_, f): Mark => {
    const isZero = bank.zero.includes(f);
    const fill = isZero ? theme.warning : theme.muted;
    const text = isZero ? `${f} zero` : String(f);
    return {
      kind: "group",
      ...grid.at(f),
      marks: [
        { kind: "text", x: 0, y: 11, text, size: 11, weight: "bold", fill },
        {
          kind: "image",
          x: 0,
          y: 16,
          width,
          height,
          raster: filterRaster(bank, f, scale === "layer" ? bank.values : undefined),
        },
      ],
    };
  });
  return page({
    title: bank.address,
    subtitle: `${bank.className}  ${counted(bank.filters, "filter")} of ${bank.height} x ${bank.width} over red, green, blue`,
    caption,
    legend: [
      legendText(
        scale === "filter"
          ? "grey is zero; each filter's largest weight is full colour"
          : "grey is zero; the layer's largest number is full colour",
        theme,
      ),
    ],
    body: { width: grid.width, height: grid.height, marks },
    theme,
  });
}

function filterRaster(
  { values, height, width }: FilterBank,
  filter: number,
  all?: Float32Array,
): Raster {
  const plane = height * width;
  const weights = values.subarray(filter * 3 * plane, (filter + 1) * 3 * plane);
  const largest = (all ?? weights).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const data = new Uint8Array(plane * 3);
  for (let i = 0; i < plane; i++)
    for (let c = 0; c < 3; c++) {
      const share = largest > 0 ? weights[c * plane + i]! / largest : 0;
      data[i * 3 + c] = Math.round(127.5 + 127.5 * share);
    }
  return { width, height, channels: 3, data };
}
