import { largest } from "../../base/extremes.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { layoutGrid } from "../../plot/grid.ts";
import type { Block } from "../../plot/page.ts";
import type { Box, Mark } from "../../plot/picture.ts";
import { textWidth } from "../../plot/text.ts";
import type { Theme } from "../../plot/theme.ts";
import { type MapCell, mapRaster, mapTitle, statePattern } from "../map-cell.ts";
import type { MapsSize } from "../map-statistics.ts";
import { type Panel, largestOf } from "./difference-panels.ts";

/** Units that stand in one row where a layer makes no maps. */
const unitsInRow = 64;

const labelStyle = { size: 11, weight: "bold" } as const;
const smallStyle = { size: 10 } as const;
const gap = 3;

/** One cell for each channel: A, B and the difference beside each other. */
export function mapGrid(panels: readonly Panel[], size: MapsSize, theme: Theme): Block {
  const zoom = Math.max(1, Math.ceil(64 / Math.max(size.height, size.width)));
  const [width, height] = [size.width * zoom, size.height * zoom];
  const step = width + gap;
  const top = 30;
  const grid = layoutGrid({
    count: size.channels,
    cellWidth: 3 * step - gap,
    cellHeight: height + top,
    gapX: 26,
    gapY: 10,
    columns: "auto",
  });
  const marks = Array.from({ length: size.channels }, (_, channel): Mark => {
    const { x, y } = grid.at(channel);
    const largest = largestOf(panels[2]!.statistics[channel]!);
    return {
      kind: "group",
      x,
      y: y + top,
      marks: [
        { kind: "text", x: 0, y: -17, text: String(channel), fill: theme.ink, ...labelStyle },
        {
          ...{ kind: "text", x: 3 * step - gap, y: -17, anchor: "end", ...smallStyle },
          text: largest === 0 ? "equal" : `±${formatNumber(largest, 2)}`,
          fill: largest === 0 ? theme.faint : theme.muted,
        },
        ...panels.flatMap((panel, i): Mark[] => [
          {
            ...{ kind: "text", x: i * step + width / 2, y: -4, anchor: "middle", ...smallStyle },
            text: panel.word,
            fill: theme.faint,
          },
          panelMark(panel, channel, size, { x: i * step, y: 0, width, height }, theme),
        ]),
      ],
    };
  });
  return { width: grid.width, height: grid.height, marks };
}

function panelMark(
  panel: Panel,
  channel: number,
  size: MapsSize,
  { x, y, width, height }: Box,
  theme: Theme,
  part = { from: 0, count: size.height * size.width, width: size.width },
): Mark {
  const plane = size.height * size.width;
  const start = channel * plane + part.from;
  const cell: MapCell = {
    values: panel.maps.subarray(start, start + part.count),
    width: part.width,
    height: part.count / part.width,
    statistics: panel.statistics[channel]!,
    range: panel.scale.ranges[channel],
    colormap: panel.scale.colormap,
  };
  const pattern = panel.word.length === 1 ? statePattern(cell, width, height, theme) : [];
  return {
    ...{ kind: "group", x, y },
    title: `${panel.word}, ${mapTitle(channel, cell.statistics)}`,
    marks: [
      { kind: "image", x: 0, y: 0, width, height, raster: mapRaster(cell, theme) },
      ...(part.count === plane ? pattern : []),
    ],
  };
}

/** Rows of units: each row three times, A, B and the difference under each other. */
export function unitRows(panels: readonly Panel[], size: MapsSize, theme: Theme): Block {
  const cell = 13;
  const left = Math.ceil(largest(panels.map(({ word }) => textWidth(word, smallStyle)))) + 8;
  const rows = Math.ceil(size.width / unitsInRow);
  const rowHeight = 3 * (cell + 2) + 26;
  const marks = Array.from({ length: rows }, (_, row): Mark[] => {
    const from = row * unitsInRow;
    const units = Math.min(unitsInRow, size.width - from);
    const y = row * rowHeight + 16;
    return [
      {
        ...{ kind: "text", x: left, y: y - 5, ...labelStyle, fill: theme.muted },
        text: `unit ${from}${units > 1 ? ` to ${from + units - 1}` : ""}`,
      },
      ...panels.flatMap((panel, i): Mark[] => {
        const place = { x: left, y: y + i * (cell + 2), width: units * cell, height: cell };
        const part = { from, count: units, width: units };
        return [
          {
            ...{ kind: "text", x: 0, y: place.y + 10, ...smallStyle, fill: theme.muted },
            text: panel.word,
          },
          panelMark(panel, 0, size, place, theme, part),
        ];
      }),
    ];
  }).flat();
  return {
    width: left + Math.min(size.width, unitsInRow) * cell,
    height: rows * rowHeight - 10,
    marks,
  };
}
