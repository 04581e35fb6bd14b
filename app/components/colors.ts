import { colormap } from "striate";
import { canvasColors } from "./paint-maps.ts";

/** 256 colours, as a canvas takes them. */
export interface Colors {
  readonly name: string;
  /** Whether the middle stands for zero. */
  readonly diverging: boolean;
  readonly pixels: Uint32Array;
}

const known = new Map<string, Colors>();

/** The colours of a colormap's name. */
export function colorsNamed(name: string): Colors {
  let colors = known.get(name);
  if (!colors) {
    const { table, diverging } = colormap(name);
    known.set(name, (colors = { name, diverging, pixels: canvasColors(table) }));
  }
  return colors;
}
