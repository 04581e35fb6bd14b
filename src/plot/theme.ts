import type { Color } from "./color.ts";

/** The colours of everything on a picture that is not data. */
export interface Theme {
  readonly paper: Color;
  /** Titles. */
  readonly ink: Color;
  /** Captions and labels. */
  readonly muted: Color;
  /** Cell numbers and other small things: text of 10 pixels has to be read, at a contrast of 4.5 : 1. */
  readonly faint: Color;
  /** Frames and axes. */
  readonly line: Color;
  /** Words that warn: dead, constant, NaN. */
  readonly warning: Color;
  /** Pixels that are no finite number; a colour that none of the colormaps holds. */
  readonly notFinite: Color;
}

export type ThemeName = "light" | "dark";

/** Dark on white, for pages and print; light on near black, for dark pages and terminals. */
export const themes: Readonly<Record<ThemeName, Theme>> = {
  light: {
    paper: "#ffffff",
    ink: "#16181d",
    muted: "#565b66",
    faint: "#6a707c",
    line: "#d5d8de",
    warning: "#b3380f",
    notFinite: "#ff00e6",
  },
  dark: {
    paper: "#14161a",
    ink: "#f1f2f4",
    muted: "#a9afba",
    faint: "#868d99",
    line: "#3a3f48",
    warning: "#ff9166",
    notFinite: "#ff00e6",
  },
};
