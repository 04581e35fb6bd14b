import type { PlannedLayer } from "./news.ts";

/** What a layer of a plan makes. */
export interface PlannedShape {
  /** Height and width of its maps, or 0 behind the dense layers. */
  readonly side: number;
  /** Maps, or units. */
  readonly channels: number;
  readonly parameters: number;
  /** Why it cannot stand there. */
  readonly problem?: string;
}

const isMaps = ({ kind }: PlannedLayer): boolean => kind === "conv" || kind === "pool";

/**
 * What each layer of a plan makes of pictures of some size, as Keras reckons it without padding; maps are laid
 * flat before the first dense layer, and the head for the classes stands behind all of them.
 */
export function plannedShapes(
  layers: readonly PlannedLayer[],
  size: number,
  classes: number,
): { readonly shapes: readonly PlannedShape[]; readonly head: PlannedShape } {
  let [side, channels] = [size, 3];
  const flat = () => Math.max(1, side * side) * channels;
  const shapes = layers.map((layer): PlannedShape => {
    if (isMaps(layer) && side === 0)
      return { side, channels, parameters: 0, problem: "must stand before the dense layers" };
    if (layer.kind === "conv") {
      const reads = channels;
      const left = side - layer.kernel + 1;
      if (left < 1) return { side, channels, parameters: 0, problem: tooSmall(layer.kernel, side) };
      [side, channels] = [left, layer.filters];
      return { side, channels, parameters: (reads * layer.kernel ** 2 + 1) * channels };
    }
    if (layer.kind === "pool") {
      if (side < 2) return { side, channels, parameters: 0, problem: tooSmall(2, side) };
      side = Math.floor(side / 2);
      return { side, channels, parameters: 0 };
    }
    if (layer.kind === "norm") return { side, channels, parameters: 4 * channels };
    if (layer.kind === "dropout") return { side, channels, parameters: 0 };
    const reads = flat();
    [side, channels] = [0, layer.units];
    return { side, channels, parameters: (reads + 1) * channels };
  });
  const units = classes === 2 ? 1 : classes;
  return { shapes, head: { side: 0, channels: units, parameters: (flat() + 1) * units } };
}

const tooSmall = (window: number, side: number): string =>
  `${window} × ${window} do not fit on maps of ${side} × ${side}: fewer layers before it, or larger pictures`;

/** The first problem of a plan, in a sentence that names the layer. */
export function planProblem(layers: readonly PlannedLayer[], size: number): string | undefined {
  const { shapes } = plannedShapes(layers, size, 2);
  const at = shapes.findIndex(({ problem }) => problem);
  if (at >= 0) return `Layer ${at + 1}, ${layerWords(layers[at]!)}: ${shapes[at]!.problem}.`;
  return undefined;
}

export function layerWords(layer: PlannedLayer): string {
  switch (layer.kind) {
    case "conv":
      return "convolution";
    case "pool":
      return "pooling";
    case "norm":
      return "batch normalisation";
    case "dropout":
      return "dropout";
    case "dense":
      return "dense";
  }
}
