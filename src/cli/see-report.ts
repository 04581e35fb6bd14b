import { type Preprocessing, describePreprocessing } from "../data/preprocess.ts";
import type { Network } from "../model/network.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { version } from "../version.ts";
import type { OutputFile } from "../node/files/write-files.ts";
import type { ScalingGuess } from "../views/detective/turns-over.ts";
import { type FeatureMapsResult, featureMapsReport } from "../views/feature-maps-view.ts";
import type { PhotoSubject } from "../views/subject.ts";

interface ReportInput {
  network: Pick<Network, "name" | "origin" | "inputs" | "outputs">;
  /** What of the file cannot be run. */
  left: readonly string[];
  runtime: Runtime;
  how: Preprocessing;
  /** Where nobody says how photos are scaled. */
  guess: ScalingGuess | undefined;
  options: { scale_mode: string; colormap: string | null; layers: string };
  seen: { readonly subject: readonly PhotoSubject[]; readonly result: FeatureMapsResult };
  /** The pictures, in the order in which they are drawn. */
  files: readonly OutputFile[];
}

/** What `see.json` holds: everything that is needed to say later what the pictures show. */
export function seeReport(input: ReportInput) {
  const { network, runtime, how, guess, options, seen, files } = input;
  const pictures = files.values();
  return {
    striate: version,
    engine: runtime.name,
    model: {
      name: network.name,
      ...network.origin,
      inputs: network.inputs,
      outputs: network.outputs,
    },
    preprocessing: {
      ...how,
      words: guess?.words ?? describePreprocessing(how),
      guess: guess !== undefined,
      ...(guess?.turnsOver ? { turnsOver: guess.turnsOver } : {}),
    },
    left_out: input.left,
    scale_mode: options.scale_mode,
    colormap: options.colormap ?? "viridis, or coolwarm where values have both signs",
    photos: featureMapsReport(seen.result).map(({ prediction, layers }, i) => ({
      photo: seen.subject[i]!.photo!.origin.name,
      ...seen.subject[i]!.photo!.origin,
      prediction,
      layers: layers.map(({ statistics, ...numbers }) => ({
        ...numbers,
        file: pictures.next().value?.path ?? null,
        statistics,
      })),
    })),
  };
}
