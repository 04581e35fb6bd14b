import type { Tensor } from "../../base/tensor.ts";
import type { Image } from "../../data/pictures/image.ts";
import { describePreprocessing } from "../../data/pictures/preprocess.ts";
import { findHead } from "../../model/head/head.ts";
import { type Network, toUser } from "../../model/network.ts";
import { type PreprocessingChoice, preprocessingFor } from "../../model/photo/photo-input.ts";
import { guessed, prepareDecoded } from "../../model/photo/prepare-photo.ts";
import { readPrediction } from "../../model/head/prediction.ts";
import type { RunningNetwork } from "../../model/running.ts";
import { summarize } from "../../model/facts/summary.ts";

/** What hangs on a scaling that is a guess. */
export interface ScalingGuess {
  /** The usual scalings that would change the predicted class, with the class; null where it was not tried. */
  readonly turnsOver: readonly { readonly scale: string; readonly label: string }[] | null;
  /** The preparation in one line, the guess in it. */
  readonly words: string;
}

/** Networks of more multiply-adds are not run several times unasked. */
const mostMultiplyAdds = 6e8;

const usual: Readonly<Record<1 | 3, readonly string[]>> = {
  3: ["1/255", "-1..1", "none", "imagenet", "caffe"],
  1: ["1/255", "-1..1", "none"],
};

/** The scalings that networks are usually trained with, by the colours that one takes. */
export const usualScales = (network: Network): readonly string[] =>
  usual[preprocessingFor(network).how.channels];

/**
 * Where nothing says how photos were scaled for a network: which of the usual scalings would turn its answer
 * over. A small network is tried at once; of a large one it is said that the scaling is a guess.
 *
 * @returns undefined where the scaling is known
 */
export async function scalingGuess(
  running: RunningNetwork,
  photo: Image,
  choice: PreprocessingChoice = {},
  labels?: readonly string[],
): Promise<ScalingGuess | undefined> {
  const { network } = running;
  const { how, scaleFrom } = preprocessingFor(network, choice);
  if (scaleFrom !== "default") return undefined;
  const oriented = { ...how, orient: photo.origin.oriented };
  const say = (more: string) => describePreprocessing(oriented, `${guessed}; ${more}`);
  const head = findHead(network, labels);
  const work = summarize(network).layers.reduce((sum, layer) => sum + (layer.multiplyAdds ?? 0), 0);
  if (head === undefined || head.map !== undefined)
    return { turnsOver: null, words: describePreprocessing(oriented, guessed) };
  if (work > mostMultiplyAdds)
    return { turnsOver: null, words: say("inspect --photo tries others") };
  const best = async (scale: string): Promise<string | undefined> => {
    const { feeds } = prepareDecoded(network, photo, { ...choice, scale });
    const [value] = await running.run(feeds, [head.port.value]);
    const outputs: Tensor[] = [];
    outputs[network.outputs.indexOf(head.port)] = toUser(value!, head.port);
    return readPrediction(network, outputs, labels)?.scores[0]?.label;
  };
  const own = await best(how.scale);
  if (own === undefined)
    return { turnsOver: null, words: describePreprocessing(oriented, guessed) };
  const turnsOver: { scale: string; label: string }[] = [];
  for (const scale of usual[how.channels].filter((each) => each !== how.scale)) {
    const label = await best(scale);
    if (label !== undefined && label !== own) turnsOver.push({ scale, label });
  }
  const words = turnsOver.map(({ scale, label }) => `--scale ${scale} says ${label}`).join(", ");
  return { turnsOver, words: say(words || "the other usual scalings give the same class") };
}
