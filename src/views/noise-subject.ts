import { noiseFeeds } from "../model/photo/noise-input.ts";
import type { Network } from "../model/network.ts";
import type { PreprocessingChoice } from "../model/photo/photo-input.ts";
import type { PhotoSubject } from "./subject.ts";

/** Noise that stands in for a photo; the same seed gives the same noise. */
export function noiseSubject(
  network: Network,
  seed: number,
  choice: PreprocessingChoice = {},
): PhotoSubject {
  const inputs = noiseFeeds(network, seed, choice);
  return { name: "noise", inputs, preparation: `noise, seed ${seed}` };
}
