import type { LayerInfo, LayerMaps, SeenPhoto, Sight } from "../engine/protocol.ts";
import type { Box, Unit } from "./unit.ts";

/** The pixels of the network's input that a value can see; undefined where it is not known. */
export function sightOfUnit(
  layer: Pick<LayerInfo, "sight"> | undefined,
  unit: Unit,
): Box | "all" | undefined {
  if (layer?.sight === undefined || unit.y === undefined || unit.x === undefined) return undefined;
  if (layer.sight === "all") return "all";
  const [rows, columns] = layer.sight;
  if (rows === undefined || columns === undefined) return undefined;
  return {
    top: rows.first + unit.y * rows.step,
    bottom: rows.last + unit.y * rows.step + 1,
    left: columns.first + unit.x * columns.step,
    right: columns.last + unit.x * columns.step + 1,
  };
}

/** Where a layer's maps lie on the network's input: each value in the middle of what it sees. */
export function sightOfMaps(
  layer: Pick<LayerInfo, "sight"> | undefined,
  { width, height }: Pick<LayerMaps, "width" | "height">,
): Box | "all" {
  if (!layer?.sight || layer.sight === "all" || layer.sight.length < 2) return "all";
  const [rows, columns] = layer.sight as readonly [Sight, Sight];
  const from = ({ first, last, step }: Sight) => (first + last + 1 - step) / 2;
  return {
    top: from(rows),
    bottom: from(rows) + height * rows.step,
    left: from(columns),
    right: from(columns) + width * columns.step,
  };
}

/**
 * What of an earlier layer's maps a value can see: those elements whose own pixels all lie among the value's.
 * In a chain of windows these are the elements that it is reckoned from.
 */
export function sightOnMaps(
  seen: Box | "all" | undefined,
  layer: LayerInfo | undefined,
  maps: LayerMaps,
): Box | undefined {
  if (seen === undefined || layer?.sight === undefined || layer.sight === "all") return undefined;
  if (seen === "all") return { top: 0, left: 0, bottom: maps.height, right: maps.width };
  const [rows, columns] = layer.sight;
  if (rows === undefined || columns === undefined) return undefined;
  const [top, bottom] = elements(rows, seen.top, seen.bottom - 1);
  const [left, right] = elements(columns, seen.left, seen.right - 1);
  return bottom >= top && right >= left
    ? { top, left, bottom: bottom + 1, right: right + 1 }
    : undefined;
}

const elements = ({ first, last, step }: Sight, from: number, to: number): [number, number] => [
  Math.ceil((from - first) / step),
  Math.floor((to - last) / step),
];

/** A part of the network's input on the photo, as shares of its sides. */
export function boxOnPhoto(
  box: Box | "all" | undefined,
  { toPhoto, inputSize }: Pick<SeenPhoto, "toPhoto" | "inputSize">,
  photo: { readonly width: number; readonly height: number },
): Box | undefined {
  if (box === undefined || toPhoto === undefined || inputSize === undefined) return undefined;
  const [height, width] = inputSize as [number, number];
  const whole = { top: 0, left: 0, bottom: height, right: width };
  const cut =
    box === "all"
      ? whole
      : {
          top: Math.max(0, box.top),
          left: Math.max(0, box.left),
          bottom: Math.min(height, box.bottom),
          right: Math.min(width, box.right),
        };
  const [a, b, c, d, e, f] = toPhoto as [number, number, number, number, number, number];
  const at = (x: number, y: number) => [a * x + b * y + c, d * x + e * y + f] as const;
  const corners = [at(cut.left, cut.top), at(cut.right, cut.bottom)] as const;
  const xs = corners.map(([x]) => x / photo.width);
  const ys = corners.map(([, y]) => y / photo.height);
  return {
    left: Math.min(...xs),
    right: Math.max(...xs),
    top: Math.min(...ys),
    bottom: Math.max(...ys),
  };
}
