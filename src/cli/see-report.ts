import { type Preprocessing, describePreprocessing } from "../data/preprocess.ts";
import type { Network } from "../model/network.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { version } from "../version.ts";
import type { OutputFile } from "../node/files/write-files.ts";
import type { ScalingGuess } from "../views/detective/turns-over.ts";
import { type FeatureMapsResult, featureMapsReport } from "../views/feature-maps-view.ts";
import type { PhotoSubject } from "../views/subject.ts";

interface ReportInput {
  about: ReturnType<typeof aboutNetwork>;
  /** What of the file cannot be run. */
  left: readonly string[];
  how: Preprocessing;
  /** Where nobody says how photos are scaled. */
  guess: ScalingGuess | undefined;
  options: { scale_mode: string; colormap: string | null };
  photos: readonly PhotoReport[];
}

/** What `see.json` holds: everything that is needed to say later what the pictures show. */
export function seeReport({ about, left, how, guess, options, photos }: ReportInput) {
  return {
    striate: version,
    ...about,
    preprocessing: {
      ...how,
      words: guess?.words ?? describePreprocessing(how),
      guess: guess !== undefined,
      ...(guess?.turnsOver ? { turnsOver: guess.turnsOver } : {}),
    },
    left_out: left,
    scale_mode: options.scale_mode,
    colormap: options.colormap ?? "viridis, or coolwarm where values have both signs",
    photos,
  };
}

/** The network in the report; it does not hold the network itself, which may be let go. */
export function aboutNetwork(network: Network, runtime: Runtime) {
  const { name, origin, inputs, outputs } = network;
  return { engine: runtime.name, model: { name, ...origin, inputs, outputs } };
}

export type PhotoReport = ReturnType<typeof photoReports>[number];

/** @param files the pictures, in the order in which they are drawn */
export function photoReports(
  seen: { readonly subject: readonly PhotoSubject[]; readonly result: FeatureMapsResult },
  files: readonly OutputFile[],
) {
  const pictures = files.values();
  return featureMapsReport(seen.result).map(({ prediction, layers }, i) => {
    const { name, photo } = seen.subject[i]!;
    return {
      photo: photo?.origin.name ?? name,
      ...photo?.origin,
      prediction,
      layers: layers.map(({ statistics, ...numbers }) => ({
        ...numbers,
        file: pictures.next().value?.path ?? null,
        statistics,
      })),
    };
  });
}
