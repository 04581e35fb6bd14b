import { type Preprocessing, describePreprocessing } from "../data/pictures/preprocess.ts";
import type { Network } from "../model/network.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { version } from "../version.ts";
import type { PictureFile } from "./encode-pictures.ts";
import type { ScalingGuess } from "../views/detective/turns-over.ts";
import { type FeatureMapsResult, featureMapsReport } from "../views/feature-maps-view.ts";
import type { PhotoSubject } from "../views/subject.ts";

interface ReportInput {
  about: Awaited<ReturnType<typeof aboutNetwork>>;
  /** What of the file cannot be run. */
  left: readonly string[];
  /** Absent where no photo went in. */
  how: Preprocessing | undefined;
  /** Where nobody says how photos are scaled. */
  guess: ScalingGuess | undefined;
  options: {
    scale_mode: string;
    colormap: string | null;
    maps: string;
    top: number | null;
    by: string;
  };
  photos: readonly PhotoReport[];
}

/** What `see.json` holds: everything that is needed to say later what the pictures show. */
export function seeReport({ about, left, how, guess, options, photos }: ReportInput) {
  return {
    striate: version,
    ...about,
    preprocessing: {
      ...how,
      words: guess?.words ?? (how ? describePreprocessing(how) : "inputs as they were given"),
      guess: guess !== undefined,
      ...(guess?.turnsOver ? { turnsOver: guess.turnsOver } : {}),
    },
    left_out: left,
    scale_mode: options.scale_mode,
    colormap: options.colormap ?? "viridis, or coolwarm where values have both signs",
    ...(options.maps === "all" ? {} : { maps: options.maps }),
    ...(options.top === null ? {} : { top: options.top, by: options.by }),
    photos,
  };
}

/** The network in the report; it does not hold the network itself, which may be let go. */
export async function aboutNetwork(network: Network, runtime: Runtime) {
  const { name, origin, inputs, outputs } = network;
  return { engine: await runtime.engine(), model: { name, ...origin, inputs, outputs } };
}

export type PhotoReport = ReturnType<typeof photoReports>[number];

/** @param files the pictures, in the order in which they are drawn */
export function photoReports(
  seen: { readonly subject: readonly PhotoSubject[]; readonly result: FeatureMapsResult },
  files: readonly PictureFile[],
) {
  // A layer's first picture is whole, or its page 1.
  const byLayer: string[][] = [];
  for (const { path, page = 1 } of files)
    if (page === 1) byLayer.push([path]);
    else byLayer.at(-1)!.push(path);
  const pictures = byLayer.values();
  return featureMapsReport(seen.result).map(({ prediction, layers }, i) => {
    const { name, photo } = seen.subject[i]!;
    return {
      photo: photo?.origin.name ?? name,
      ...photo?.origin,
      prediction,
      layers: layers.map(({ statistics, ...numbers }) => {
        const own = pictures.next().value ?? [null];
        return { ...numbers, file: own.length === 1 ? own[0]! : own, statistics };
      }),
    };
  });
}
