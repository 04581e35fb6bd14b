import type { Network } from "../model/network.ts";
import type { Picture } from "../plot/picture.ts";
import type { ThemeName } from "../plot/theme.ts";

export interface ArchitectureOptions {
  /** Draws a convolution, its batch normalisation and its activation as one box. */
  readonly fold?: boolean;
  readonly theme?: ThemeName;
}

/** The architecture as a picture: a box a layer with class, name, shape and parameters. In the making. */
export function drawArchitecture(network: Network, _options: ArchitectureOptions = {}): Picture {
  throw new Error(`${network.name}: not written yet`);
}
