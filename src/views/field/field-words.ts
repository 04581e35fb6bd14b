import { counted } from "../../base/counted.ts";
import { formatNumber } from "../../plot/format-number.ts";
import type { ViewTable } from "../define-view.ts";
import { linesOfTable } from "../lines-of-table.ts";
import type { PhotoSubject } from "../subject.ts";
import type { Arithmetic } from "./arithmetic.ts";
import { placeKey } from "./parse-place.ts";
import type { UnitField } from "./unit-field.ts";

/** `conv2d_3[17]@7,7 (Conv2D) is 0.31 and sees 38 x 38 pixels: rows 56 to 93, columns 56 to 93` */
export function headline({ place, className, value, sees, window }: UnitField): string {
  const axes = sees?.map(([from, to], i) => `${axisName(i, sees.length)} ${from} to ${to}`);
  const sight = axes
    ? `sees ${window!.join(" x ")} pixels: ${axes.join(", ")}`
    : "sees the whole input";
  return `${placeKey(place)} (${className}) is ${formatNumber(value, 4)} and ${sight}`;
}

export function captionOf(result: UnitField, { preparation }: PhotoSubject): string {
  return `${headline(result)}. ${gradientWords(result)}. Input: ${preparation}.`;
}

export const isOff = ({ effective }: UnitField): boolean => effective.every((each) => each === 0);

/** How the gradient lies on the pixels; of a value behind a flat activation, where there is one. */
export function gradientWords(result: UnitField): string {
  if (!isOff(result))
    return `Half of its gradient lies on ${formatNumber(100 * shareThatCounts(result.effective), 2)} % of the pixels`;
  const { place, arithmetic: sum } = result;
  const before = sum?.activation
    ? `: ${sum.activation.name} is flat here; ${placeKey({ ...place, layer: `${place.layer}_pre` })} is the value before it`
    : "";
  return `No pixel has a gradient${before}`;
}

const axisName = (i: number, count: number): string =>
  (count === 2 ? ["rows", "columns"] : count === 1 ? ["steps"] : ["slices", "rows", "columns"])[
    i
  ] ?? "";

/** The smallest share of the pixels that holds half of the effective field. */
function shareThatCounts(effective: Float32Array): number {
  const sorted = effective.slice().sort().reverse();
  const all = sorted.reduce((sum, value) => sum + value, 0);
  if (!(all > 0)) return 0;
  let sum = 0;
  const count = sorted.findIndex((value) => (sum += value) >= all / 2);
  return (count + 1) / sorted.length;
}

export function arithmeticLines({ arithmetic: sum }: UnitField, width?: number): string[] {
  if (sum === undefined) return [];
  if (!sum.isAffine)
    return ["The layer is no weighted sum of what it reads; its products are derivatives only."];
  const { activation } = sum;
  const formula =
    `${counted(sum.products.length, "product")} ${sum.products.length === 1 ? "makes" : "add up to"} ${formatNumber(sum.sum, 5)}, + constant ${formatNumber(sum.constant, 5)} = ` +
    `${formatNumber(sum.reckoned, 5)} (the engine says ${formatNumber(sum.value, 5)})`;
  const after = activation
    ? `, ${activation.name} makes ${formatNumber(activation.value, 5)} of it`
    : "";
  return [`${formula}${after}`, ...linesOfTable(productTable(sum), width)];
}

export function productTable({ products }: Arithmetic): ViewTable {
  return {
    name: "products",
    columns: [
      { title: "channel, place" },
      { title: "input", right: true },
      { title: "weight", right: true },
      { title: "product", right: true },
    ],
    rows: products
      .slice(0, 12)
      .map(({ index, input, weight }) => [
        index.join(", "),
        formatNumber(input, 4),
        formatNumber(weight, 4),
        formatNumber(input * weight, 4),
      ]),
  };
}
