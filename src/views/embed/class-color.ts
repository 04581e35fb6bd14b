import type { Color } from "../../plot/color.ts";

/** Told apart by lightness as well as by hue (Okabe and Ito). */
const colors: readonly Color[] = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
  "#8a7a00",
  "#7a5195",
];

/** The colour of a class in the pictures of a data set, by its number. */
export const classColor = (label: number): Color => colors[label % colors.length]!;
