import { StriateError } from "../base/errors.ts";
import { field } from "../base/fields.ts";
import type { Tensor } from "../base/tensor.ts";
import { colormapNames } from "../plot/colormap.ts";
import { type Range, combineRanges } from "../plot/range.ts";
import { type LayerActivation, computeActivations } from "./activations.ts";
import { type NamedPicture, defineView } from "./define-view.ts";
import { drawFeatureMaps } from "./feature-maps.ts";
import type { scaleModes } from "./map-scale.ts";
import { layerRange } from "./map-scale.ts";

/** A layer's maps of one photo. */
export interface SeenLayer {
  photo: string;
  maps: LayerActivation;
}

export interface FeatureMapsResult {
  /** Photo by photo, in each in the order of the network. */
  layers: SeenLayer[];
  /** The network's outputs, photo by photo, in the user's layout. */
  outputs: Tensor[][];
}

/** The grids of feature maps: what every chosen layer makes of each photo. */
export const featureMapsView = defineView({
  id: "feature-maps",
  title: "Feature maps",
  fields: {
    layers: field.string("conv", {
      help: "which layers: an address, a unique prefix, a glob, a list; conv, all",
    }),
    scale_mode: field.choice(["map", "layer", "network", "photos"], "map", {
      help: "what shares one scale of colours",
    }),
    colormap: field.nullable(
      field.choice(colormapNames, undefined, {
        help: "viridis by default, coolwarm for values of both signs",
      }),
    ),
    columns: field.string("16", { help: "maps in a row: a number, or auto" }),
    theme: field.choice(["light", "dark"], "light", { help: "paper of the pictures" }),
  },
  async compute(target, photos, options): Promise<FeatureMapsResult> {
    const layers: SeenLayer[] = [];
    const outputs: Tensor[][] = [];
    for (const photo of photos) {
      const result = await computeActivations(target, photo.feeds, options.layers);
      outputs.push(result.outputs);
      for (const maps of choose(result.activations, options.layers))
        layers.push({ photo: photo.name, maps });
    }
    return { layers, outputs };
  },
  *draw({ layers }, options): Generator<NamedPicture> {
    const columns = options.columns === "auto" ? "auto" : Number(options.columns);
    for (const layer of layers) {
      const range = sharedRange(layers, layer, options.scale_mode);
      const picture = drawFeatureMaps(layer.maps, {
        columns,
        scaleMode: options.scale_mode,
        theme: options.theme,
        note: `${layer.photo}.`,
        ...(range ? { range } : {}),
        ...(options.colormap ? { colormap: options.colormap } : {}),
      });
      yield { name: layer.maps.address, picture };
    }
  },
});

/** Layers with maps. Those without are left out of a wide choice, and are an error when named alone. */
function choose(all: readonly LayerActivation[], pattern: string): LayerActivation[] {
  const drawn = all.filter((activation) => activation.hasMaps);
  if (drawn.length === 0) {
    const [first] = all;
    if (first) void first.channels;
    throw new StriateError(`no layer in "${pattern}" makes maps`);
  }
  return drawn;
}

function sharedRange(
  layers: readonly SeenLayer[],
  layer: SeenLayer,
  mode: (typeof scaleModes)[number],
): Range | undefined {
  if (mode !== "network" && mode !== "photos") return undefined;
  const sharing = mode === "photos" ? layers : layers.filter(({ photo }) => photo === layer.photo);
  return combineRanges(sharing.map(({ maps }) => layerRange(maps.statistics)));
}
