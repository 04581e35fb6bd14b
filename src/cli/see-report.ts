import { type Image } from "../data/image.ts";
import { type Preprocessing, describePreprocessing } from "../data/preprocess.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Network } from "../model/network.ts";
import { version } from "../version.ts";
import type { SeenLayer } from "../views/feature-maps-view.ts";
import type { Prediction } from "../model/prediction.ts";
import { layerNumbers } from "./layer-line.ts";

/** One photo of a `see` run. */
export interface SeenPhoto {
  name: string;
  /** As the user wrote it. */
  path: string;
  image: Image;
  prediction: Prediction | undefined;
  layers: SeenLayer[];
}

interface ReportInput {
  network: Pick<Network, "name" | "origin" | "inputs" | "outputs">;
  runtime: Runtime;
  how: Preprocessing;
  options: { scale_mode: string; colormap: string | null; layers: string };
  seen: readonly SeenPhoto[];
  /** Of all photos, and the picture of each. */
  layers: readonly SeenLayer[];
  paths: readonly string[];
}

/** What `see.json` holds: everything that is needed to say later what the pictures show. */
export function seeReport(input: ReportInput) {
  const { network, runtime, how, options, seen } = input;
  return {
    striate: version,
    engine: runtime.name,
    model: {
      name: network.name,
      ...network.origin,
      inputs: network.inputs,
      outputs: network.outputs,
    },
    preprocessing: { ...how, words: describePreprocessing(how) },
    scale_mode: options.scale_mode,
    colormap: options.colormap ?? "viridis, or coolwarm where values have both signs",
    photos: seen.map(({ path, image, prediction, layers }) => ({
      photo: path,
      ...image.origin,
      prediction: prediction ?? null,
      layers: layers.map((layer) => ({
        ...layerNumbers(layer),
        file: input.paths[input.layers.indexOf(layer)] ?? null,
        statistics: layer.maps.statistics.map(finiteOrNull),
      })),
    })),
  };
}

/** JSON has no NaN: a number that does not exist is null. */
const finiteOrNull = <T extends object>(numbers: T) =>
  Object.fromEntries(
    Object.entries(numbers).map(([key, value]) => [
      key,
      typeof value === "number" && !Number.isFinite(value) ? null : (value as unknown),
    ]),
  );
