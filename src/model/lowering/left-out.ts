import { StriateError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import type { Network, NetworkLayer } from "../network.ts";

/** So many names are said; the others are counted. */
const SHOWN = 4;

/**
 * What of a file cannot be run, what stands in the place of its outputs, and what was assumed: a sentence
 * each. None where all is as the file says.
 */
export function leftOut(network: Network): string[] {
  const gone = network.layers.filter(({ unavailable }) => unavailable);
  const roots = gone.filter(({ unavailable }) => unavailable!.needs.length === 0);
  const alike = new Map<string, NetworkLayer[]>();
  for (const layer of roots) {
    const reason = `${layer.className}: ${advice(layer, "LAYER")}`;
    alike.set(reason, [...(alike.get(reason) ?? []), layer]);
  }
  const sentences = [...alike.values()].map((layers) => {
    const [first] = layers as [NetworkLayer];
    const names = named(layers.map(({ address }) => `"${address}"`));
    const why = layers.length > 1 ? advice(first, "LAYER") : first.unavailable!.why;
    return `not run: ${first.className} ${names}: ${why}`;
  });
  const behind = gone.filter((layer) => !roots.includes(layer));
  if (behind.length > 0)
    sentences.push(`not run, for they need it: ${named(behind.map(({ address }) => address))}`);
  const { lostOutputs = [], outputs, assumptions = [] } = network;
  if (lostOutputs.length > 0)
    sentences.push(
      `left out: ${lostOutputs.length === 1 ? "the output" : "the outputs"} ${named(lostOutputs)}; ` +
        (outputs.length > 0
          ? `outputs are ${named(outputs.map(({ name }) => name))}`
          : "nothing is left to look at"),
    );
  return [...sentences, ...assumptions].map(printable);
}

/** Refuses a network of which nothing can be run. @throws StriateError that says why */
export function requireOutputs(network: Network): void {
  if (network.outputs.length > 0) return;
  throw new StriateError(
    `${network.origin.file ?? network.name}: nothing of the network can be run; ${leftOut(network)[0] ?? "it has no outputs"}`,
  );
}

/** Whether a layer can be run. */
export const isAvailable = ({ unavailable }: NetworkLayer): boolean => unavailable === undefined;

/** Why a layer cannot be run, where the advice names it with another word for its name. */
const advice = ({ address, unavailable }: NetworkLayer, word: string): string =>
  unavailable!.why.replaceAll(`${address.replace(/^.*\//, "")}=`, `${word}=`);

const named = (names: readonly string[]): string =>
  names.length <= SHOWN + 1
    ? names.join(", ")
    : `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more`;
