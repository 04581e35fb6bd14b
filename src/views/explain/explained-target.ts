import type { Tensor } from "../../base/tensor.ts";
import { findHead } from "../../model/head/head.ts";
import { type Network, toUser } from "../../model/network.ts";
import { type ResolvedTarget, resolveTarget } from "../../model/target/resolve-target.ts";
import type { RunningNetwork } from "../../model/running.ts";
import type { PhotoSubject } from "../subject.ts";
import type { ExplainedTarget } from "./explanation.ts";

/** A target of one photo: what to differentiate, and how it is called. */
export interface PhotoTarget {
  readonly resolved: ResolvedTarget;
  readonly explained: ExplainedTarget;
  /** The head's output and the numbers before its activation, `(1, units)` in the user's layout. */
  readonly output?: Tensor;
  readonly logits?: Tensor;
  /** Whether one number tells two classes apart. */
  readonly isSingle: boolean;
  /** Whether the network makes probabilities of its logits. */
  readonly hasProbabilities: boolean;
}

/** Runs the network once to learn what it says of the photo, and finds what the target means. */
export async function targetOf(
  running: RunningNetwork,
  { inputs, labels }: PhotoSubject,
  expression: string,
): Promise<PhotoTarget> {
  const { network } = running;
  const head = findHead(network, labels);
  const values = head ? [head.port.value, head.logits] : [];
  const [activated, logits] = await running.run(inputs, values);
  const output = activated && toUser(activated, head!.port);
  const resolved = resolveTarget(network, expression, { labels, output });
  const asked = resolved.terms.map(({ value }) => value);
  // A class is told by values that are there already.
  const known = new Map(values.map((value, i) => [value, [activated, logits][i]!]));
  const own = asked.every((value) => known.has(value))
    ? asked.map((value) => known.get(value)!)
    : await running.run(inputs, asked);
  const [score] = resolved.score(own);
  const names = labels ?? head?.labels;
  return {
    resolved,
    explained: {
      ...called(resolved, names),
      text: resolved.text,
      words: resolved.describe(),
      score: score!,
    },
    hasProbabilities: head?.kind === "softmax" || head?.kind === "sigmoid",
    isSingle: head?.units === 1 && head.classes === 2,
    ...(output && { output }),
    ...(logits && head && { logits: head.direct ? toUser(logits, head.port) : logits }),
  };
}

/** What is explained of a network, and how its arrays are called. */
export interface NamedTarget {
  readonly resolved: ResolvedTarget;
  readonly key: string;
}

/** A target of a network without a photo: a named one, since nothing is predicted yet. */
export function namedTarget(network: Network, expression: string): NamedTarget {
  const resolved = resolveTarget(network, expression);
  return { resolved, ...called(resolved, network.labels ?? findHead(network)?.labels) };
}

/** How a target is called in headings, and in array names, where a class without a label is `logit0`. */
function called({ target, text }: ResolvedTarget, labels: readonly string[] | undefined) {
  const plain = text.slice(text.indexOf(":") + 1);
  if (target.kind !== "class" && target.kind !== "logit" && target.kind !== "probability")
    return { key: safe(plain), name: plain };
  const name = "name" in target ? target.name : plain;
  const probability = target.kind === "probability";
  if (labels === undefined)
    return { key: `${probability ? "prob" : "logit"}${name}`, name: `class ${name}` };
  return probability
    ? { key: `${safe(name)}_probability`, name: `probability of ${name}` }
    : { key: safe(name), name };
}

/** A slash would part an array's name. */
const safe = (name: string): string => name.replaceAll("/", "_");
