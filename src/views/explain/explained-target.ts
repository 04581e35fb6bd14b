import type { Tensor } from "../../base/tensor.ts";
import { type Head, findHead } from "../../model/head/head.ts";
import { type Network, toUser } from "../../model/network.ts";
import { type ResolvedTarget, resolveTarget } from "../../model/target/resolve-target.ts";
import type { RunningNetwork } from "../../model/running.ts";
import { parseTarget } from "../../model/target/target.ts";
import type { PhotoSubject } from "../subject.ts";
import type { ExplainedTarget } from "./explanation.ts";

/**
 * A target of one photo: what to differentiate, and how it is called. What the network says of the photo is heard
 * from whoever runs it first.
 */
export class PhotoTarget {
  readonly resolved: ResolvedTarget;
  /** How it is called; the score is not looked at. */
  readonly key: string;
  readonly #values: readonly string[];
  readonly #name: string;
  readonly #head: Head | undefined;
  #heard: ReadonlyMap<string, Tensor> | undefined;

  constructor(network: Network, expression: string, labels?: readonly string[], output?: Tensor) {
    this.#head = findHead(network, labels);
    this.resolved = resolveTarget(network, expression, { labels, output });
    const { key, name } = called(this.resolved, labels ?? this.#head?.labels);
    this.key = key;
    this.#name = name;
    const asked = this.resolved.terms.map(({ value }) => value);
    this.#values = [...new Set([...headValues(this.#head), ...asked])];
  }

  /** The graph values that are still to be heard. */
  get unheard(): readonly string[] {
    return this.#heard ? [] : this.#values;
  }

  /** @param said the {@link unheard} values in the graph's layout, of one photo */
  hear(said: readonly Tensor[]): void {
    this.#heard ??= new Map(this.#values.map((value, i) => [value, said[i]!]));
  }

  get explained(): ExplainedTarget {
    const { resolved, key } = this;
    const own = resolved.terms.map(({ value }) => this.#said(value));
    const [score] = resolved.score(own);
    return {
      key,
      name: this.#name,
      text: resolved.text,
      words: resolved.describe(),
      score: score!,
    };
  }

  /** The head's output, `(1, units)` in the user's layout. */
  get output(): Tensor | undefined {
    return this.#head && toUser(this.#said(this.#head.port.value), this.#head.port);
  }

  /** The numbers before the head's activation. */
  get logits(): Tensor | undefined {
    if (this.#head === undefined) return undefined;
    const logits = this.#said(this.#head.logits);
    return this.#head.direct ? toUser(logits, this.#head.port) : logits;
  }

  /** Whether one number tells two classes apart. */
  get isSingle(): boolean {
    return this.#head?.units === 1 && this.#head.classes === 2;
  }

  /** Whether the network makes probabilities of its logits. */
  get hasProbabilities(): boolean {
    return this.#head?.kind === "softmax" || this.#head?.kind === "sigmoid";
  }

  #said(value: string): Tensor {
    const said = this.#heard?.get(value);
    if (said === undefined) throw new Error(`nobody has run the network for "${value}"`);
    return said;
  }
}

const headValues = (head: Head | undefined): readonly string[] =>
  head ? [head.port.value, head.logits] : [];

/** Runs the network once to learn what it says of the photo, and finds what the target means. */
export async function targetOf(
  running: RunningNetwork,
  photo: PhotoSubject,
  expression: string,
): Promise<PhotoTarget> {
  const target = await openTarget(running, photo, expression);
  const { unheard } = target;
  if (unheard.length > 0) target.hear(await running.run(photo.inputs, unheard));
  return target;
}

/**
 * {@link targetOf} for who runs the network anyway, and lets the target hear what it says: the network is run
 * beforehand only to learn which class it predicts.
 */
export async function openTarget(
  running: RunningNetwork,
  { inputs, labels }: PhotoSubject,
  expression: string,
): Promise<PhotoTarget> {
  const { network } = running;
  if (!asksPrediction(expression)) {
    const target = new PhotoTarget(network, expression, labels);
    // The network behind a unit is run as it is: what opens a graph for gradients may not know all of it.
    if (isInside(expression)) target.hear(await running.run(inputs, target.unheard));
    return target;
  }
  const head = findHead(network, labels);
  const said = await running.run(inputs, [...new Set(headValues(head))]);
  const target = new PhotoTarget(
    network,
    expression,
    labels,
    said[0] && toUser(said[0], head!.port),
  );
  target.hear(said);
  return target;
}

/** Whether the target is known only when the network has been run. */
function asksPrediction(expression: string): boolean {
  const target = parseTarget(expression);
  return (
    target.kind === "predicted" || ("name" in target && ["", "predicted"].includes(target.name))
  );
}

/** Whether what is explained may lie far before the network's end. */
const isInside = (expression: string): boolean =>
  ["unit", "layer"].includes(parseTarget(expression).kind);

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
