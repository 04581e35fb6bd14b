import { colormap, colormapNames } from "striate";

/** The tables of colours by name. */
export const colorTables = () =>
  colormapNames.map((name) => ({ name, colors: colormap(name).table.slice() }));
