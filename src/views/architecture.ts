import type { Network } from "../model/network.ts";
import type { Picture } from "../plot/picture.ts";
import type { ThemeName } from "../plot/theme.ts";
import { drawLayout } from "./architecture/draw-layout.ts";
import { layoutArchitecture } from "./architecture/layout.ts";

export interface ArchitectureOptions {
  /** Draws a convolution with the normalisation and activation after it as one box. */
  readonly fold?: boolean;
  readonly theme?: ThemeName;
}

/**
 * Draws the architecture of a network: a box for each layer with its class, name, output shape and
 * parameters, links in the direction of the data, nested models in frames. A long network is broken
 * into columns.
 */
export function drawArchitecture(network: Network, options: ArchitectureOptions = {}): Picture {
  return drawLayout(layoutArchitecture(network, options.fold), options.theme ?? "light");
}
