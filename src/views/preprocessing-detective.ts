import { toFloat32 } from "../base/tensor.ts";
import type { Image } from "../data/pictures/image.ts";
import { type Preprocessing, prepareImage } from "../data/pictures/preprocess.ts";
import { type PreprocessingChoice, preprocessingFor } from "../model/photo/photo-input.ts";
import type { RunningNetwork } from "../model/running.ts";
import { type Head, findHead } from "../model/head/head.ts";
import type { Network } from "../model/network.ts";
import { type HeadReading, readHead } from "./detective/head-reading.ts";
import { type StoredStatistics, findStatistics, misfitOf } from "./detective/misfit.ts";

/** One way of preparing a photo, and what speaks for it. */
export interface PreprocessingGuess extends HeadReading {
  /** In the words of `--scale`: `-1..1`, `caffe`, `1/255 bgr`. */
  readonly scale: string;
  /**
   * How far the input of the first batch normalisation lies from its stored statistics: the median over
   * the channels of the Kullback-Leibler divergence, in nats; 0 is a perfect fit, a photo of the training
   * set mostly stays below 1. Null where the network has no batch normalisation.
   */
  readonly misfit: number | null;
  /** What the ways are ranked by; less is better. */
  readonly score: number;
}

/** What is known of, or seems to be, the preprocessing that a network was trained with. */
export interface PreprocessingFindings {
  /** `file` and `layer`: the network says it, and nothing was guessed. */
  readonly from: "file" | "layer" | "guess";
  /** The preprocessing that is known, or the best guess. */
  readonly how: Preprocessing;
  /** All ways that were tried, best first; empty where it is known. */
  readonly guesses: readonly PreprocessingGuess[];
  /** The layer whose statistics were fitted. */
  readonly fitted: string | undefined;
  /** Whether the best guess is clearly better than the next. */
  readonly clear: boolean;
}

/**
 * The ways that are tried, with what speaks against each before anything is known: how rare it is. It
 * decides between ways that fit equally well.
 */
const colourScales: Readonly<Record<string, number>> = {
  "1/255": 0,
  "-1..1": 0.05,
  none: 0.05,
  imagenet: 0.1,
  caffe: 0.15,
  "1/255 bgr": 0.3,
  "-1..1 bgr": 0.35,
  "none bgr": 0.35,
  "imagenet bgr": 0.4,
  "caffe rgb": 0.45,
};
/** Scalings that treat red, green and blue apart have nothing to say of a grey picture. */
const greyScales: Readonly<Record<string, number>> = { "1/255": 0, "-1..1": 0.05, none: 0.05 };

/**
 * Finds out how photos were prepared when a network was trained. What the file says, or a layer at the
 * front that scales, settles it. Else the usual scalings and orders of the colours are tried on one
 * photo, and ranked: the right one gives the first batch normalisation an input like its stored mean and
 * variance, and an output that is sure without being saturated. Without a batch normalisation the output
 * alone remains, which is a weak hint.
 *
 * @throws StriateError where the network takes no photo
 */
export async function findPreprocessing(
  running: RunningNetwork,
  photo: Image,
  choice: Omit<PreprocessingChoice, "scale"> = {},
): Promise<PreprocessingFindings> {
  const { network } = running;
  const { how, input, scaleFrom } = preprocessingFor(network, choice);
  if (scaleFrom === "file" || scaleFrom === "layer")
    return { from: scaleFrom, how, guesses: [], fitted: undefined, clear: true };
  const statistics = findStatistics(network);
  const guesses: PreprocessingGuess[] = [];
  for (const [scale, rarity] of Object.entries(how.channels === 1 ? greyScales : colourScales)) {
    const tensor = prepareImage(photo, { ...how, scale }, input.layout);
    const found = await judge(running, { [input.port.name]: tensor }, statistics);
    guesses.push({ scale, ...found, score: scoreOf(found, rarity) });
  }
  guesses.sort((a, b) => a.score - b.score);
  const [best, next] = guesses;
  return {
    from: "guess",
    how: { ...how, scale: best!.scale },
    guesses,
    fitted: statistics?.layer,
    clear: isClear(best!, next!),
  };
}

type Evidence = Omit<PreprocessingGuess, "scale" | "score">;

async function judge(
  running: RunningNetwork,
  feeds: Parameters<RunningNetwork["run"]>[0],
  statistics: StoredStatistics | undefined,
): Promise<Evidence> {
  const head = findClassifier(running.network);
  const asked = [...(statistics ? [statistics.reads] : []), ...(head ? [head.logits] : [])];
  const values = asked.length > 0 ? await running.run(feeds, asked) : [];
  const misfit = statistics ? misfitOf(values[0]!, statistics) : null;
  const reading = head
    ? readHead(head, toFloat32(values.at(-1)!).data)
    : { entropy: null, doubt: 0 };
  return { misfit, ...reading };
}

/** The head, where its output is made by a softmax or a sigmoid: of other numbers nothing can be said. */
function findClassifier(network: Network): Head | undefined {
  const head = findHead(network);
  return head?.kind === "logits" ? undefined : head;
}

/** A misfit twice as large counts as much as an output that knows nothing where the other is sure. */
function scoreOf({ misfit, doubt }: Evidence, rarity: number): number {
  return misfit === null ? doubt + 2 * rarity : Math.log2(misfit + 0.02) + doubt + rarity;
}

/** Whether one guess stands out: it fits, and the next fits much worse. */
function isClear(best: PreprocessingGuess, next: PreprocessingGuess): boolean {
  return best.misfit !== null && best.misfit < 1 && next.score > best.score + 1;
}

/** Whether there is any figure to tell a way from others. */
export const saysSomething = ({ misfit, entropy }: PreprocessingGuess): boolean =>
  misfit !== null || entropy !== null;

/** One line for a guess or for what is known. */
export function describeFindings(findings: PreprocessingFindings): string {
  const { from, how, clear, fitted, guesses } = findings;
  if (from === "file") return `scaling ${how.scale}, as the file says`;
  if (from === "layer") return "no scaling: a layer at the front of the network scales";
  if (!guesses.some(saysSomething))
    return `not to be found out, without a batch normalisation or an output of probabilities; taken: --scale ${quoted(how.scale)}`;
  if (fitted === undefined)
    return `a weak guess, by the output alone: --scale ${quoted(how.scale)}`;
  const other = clear ? "" : `, or perhaps ${quoted(guesses[1]!.scale)}`;
  return `a guess, by what ${fitted} expects: --scale ${quoted(how.scale)}${other}`;
}

const quoted = (scale: string): string => (scale.includes(" ") ? `"${scale}"` : scale);
