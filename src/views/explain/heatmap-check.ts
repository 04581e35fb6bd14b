import type { Tensor } from "../../base/tensor.ts";
import { formatNumber } from "../../plot/format-number.ts";
import type { ViewContext } from "../context.ts";
import type { PhotoSubject } from "../subject.ts";
import { type PhotoTarget, targetOf } from "./explained-target.ts";
import { type Explanation, type MapCheck, arrayName } from "./explanation.ts";
import { areaUnder, curveArrays, removalCurves } from "./removal-curves.ts";

/** Shares of the photo: tenths, which the words speak of, in halves. */
const steps = 20;
const tenth = steps / 10;

/**
 * Whether the network agrees with a heatmap: what becomes of the score when the brightest places are
 * covered, beside as many places by chance. Scores are probabilities where the target is a class.
 */
export async function checkHeatmap(
  context: ViewContext,
  photo: PhotoSubject,
  method: string,
  { target, maps }: Explanation,
): Promise<{ check: MapCheck; arrays: [string, Tensor][] }[]> {
  const judged = await judgedTarget(context, photo, target.text);
  const given = { context, running: context.running, photo, target: judged.target };
  const results = [];
  for (const map of maps) {
    const curves = await removalCurves(given, map, steps, "blur");
    const name = arrayName(target, map.layer, `${method}_check`);
    const area = (values: Float32Array) => areaUnder(curves.shares, values);
    results.push({
      check: {
        words: sentence(target.name, map.layer, curves, judged.isProbability),
        deletionArea: area(curves.deletion),
        insertionArea: area(curves.insertion),
        randomDeletionArea: area(curves.random),
      },
      arrays: curveArrays(name, curves),
    });
  }
  return results;
}

/** The target as a probability where it is a class of a head that has them. */
async function judgedTarget(
  { running }: ViewContext,
  photo: PhotoSubject,
  text: string,
): Promise<{ target: PhotoTarget; isProbability: boolean }> {
  const own = await targetOf(running, photo, text);
  const { kind } = own.resolved.target;
  if (kind === "probability") return { target: own, isProbability: true };
  if ((kind !== "class" && kind !== "logit") || !own.hasProbabilities)
    return { target: own, isProbability: false };
  const name = text.slice(text.indexOf(":") + 1);
  return { target: await targetOf(running, photo, `probability:${name}`), isProbability: true };
}

/** `Removing the brightest tenth lowers dog from 99 % to 61 %; random tenths: 95 %.` */
function sentence(
  name: string,
  layer: string | undefined,
  { deletion, random }: { deletion: Float32Array; random: Float32Array },
  isProbability: boolean,
): string {
  const words = (score: number) =>
    isProbability ? `${formatNumber(100 * score, 3)} %` : formatNumber(score, 4);
  const [before, after, chance] = [deletion[0]!, deletion[tenth]!, random[tenth]!];
  const verb = after < before ? "lowers" : after > before ? "raises" : "leaves";
  const moved =
    verb === "leaves" ? `at ${words(after)}` : `from ${words(before)} to ${words(after)}`;
  const where = layer === undefined ? "" : ` (${layer})`;
  const doubt = after < chance ? "" : " The map does no better than chance.";
  return `Removing the brightest tenth${where} ${verb} ${name} ${moved}; random tenths: ${words(chance)}.${doubt}`;
}
