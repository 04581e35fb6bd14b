import { field } from "../../../base/fields.ts";
import type { Tensor } from "../../../base/tensor.ts";
import type { RunningNetwork } from "../../../model/running.ts";
import { formatNumber } from "../../../plot/format-number.ts";
import type { ViewContext } from "../../context.ts";
import type { PhotoSubject } from "../../subject.ts";
import { type PhotoTarget, targetOf } from "../explained-target.ts";
import { type Explanation, type ExplanationMap, type MapCheck, arrayName } from "../explanation.ts";
import type { Finding } from "./check.ts";
import { checks } from "./index.ts";

const choices = ["none", ...checks.map(({ id }) => id), "all"];

/** Which checks are made; `true` is the first one. */
export const checkField = (() => {
  const choice = field.choice(choices, "none", {
    implied: checks[0]!.id,
    help:
      "ask the network whether the map holds: curves of the score while its brightest places are covered or shown, " +
      "sensitivity-n, ROAD, or the same map of shuffled weights",
  });
  const words = new Map<unknown, string>([
    [true, checks[0]!.id],
    [false, "none"],
  ]);
  return { ...choice, parse: (value: unknown) => choice.parse(words.get(value) ?? value) };
})();

/**
 * Whether the network agrees with the maps of an explanation. Scores are probabilities where the target is
 * a class.
 *
 * @param again makes the maps of another network with the same layers
 */
export async function checkHeatmaps(
  context: ViewContext,
  photo: PhotoSubject,
  method: string,
  { target, maps }: Explanation,
  wanted: string,
  again: (running: RunningNetwork) => Promise<readonly ExplanationMap[]>,
): Promise<{ check: MapCheck; arrays: [string, Tensor][] }[]> {
  const judged = await judgedTarget(context, photo, target.text);
  const given = { context, running: context.running, photo, target: judged.target };
  const score = (value: number) =>
    judged.isProbability ? `${formatNumber(100 * value, 3)} %` : formatNumber(value, 4);
  const results = [];
  for (const [i, map] of maps.entries()) {
    const name = arrayName(target, map.layer, `${method}_check`);
    const found: Finding[] = [];
    for (const { id, check } of checks)
      if (wanted === "all" || wanted === id) {
        const one = async (running: RunningNetwork) => (await again(running))[i]!;
        found.push(await check({ given, map, name: target.name, score, again: one }));
      }
    results.push({
      check: {
        words: found.map(({ words }) => words).join(" "),
        ...(Object.assign({}, ...found.map(({ figures }) => figures)) as Finding["figures"]),
      },
      arrays: found.flatMap(({ arrays }) =>
        arrays.map(([what, value]): [string, Tensor] => [`${name}/${what}`, value]),
      ),
    });
  }
  return results;
}

/** A check without its maps, which are among the arrays. */
export const plainCheck = ({ randomisation, ...check }: MapCheck) => ({
  ...check,
  ...(randomisation && { randomisation: randomisation.map(({ map: _map, ...stage }) => stage) }),
});

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
