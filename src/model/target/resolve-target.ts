import { counted } from "../../base/counted.ts";
import { largest } from "../../base/extremes.ts";
import { StriateError } from "../../base/errors.ts";
import { nearestNames, selectNames } from "../../base/names.ts";
import { formatShape, sizeOf, stridesOf } from "../../base/shape.ts";
import { type Tensor, toFloat32 } from "../../base/tensor.ts";
import { findClass, findTwoClasses } from "../head/class-names.ts";
import { type Term, elements, joined, meanAt, scoreOf } from "./functional.ts";
import { type Head, findHead, findHeads } from "../head/head.ts";
import { type Network, type Port, channelAxis } from "../network.ts";
import { type Position, type Target, formatTarget, parseTarget } from "./target.ts";

/** A target of a network: what to compute, and what to differentiate. */
export interface ResolvedTarget {
  /** With names and numbers as they were found; never `predicted`. */
  readonly target: Target;
  /** {@link target} as an expression: `class:dog`. */
  readonly text: string;
  /** Whether nobody chose it: it is the class that the network predicts. */
  readonly isPredicted: boolean;
  /** The class, where the target is one. */
  readonly classIndex?: number;
  /** The target is the sum of these; one for each graph value that it takes. */
  readonly terms: readonly Term[];
  /**
   * The target's number for each row.
   * @param values of the terms, in the graph's layout
   */
  score(values: readonly Tensor[]): Float64Array;
  /** One line for people: `class dog, the predicted one: the value before the sigmoid of "dense_1"`. */
  describe(): string;
}

export interface ResolveOptions {
  /** Names of the classes, where they are not to be the network's own. */
  labels?: readonly string[];
  /**
   * What the network says of the photo, in the user's layout: the head's output, of which the first row
   * counts. Only the predicted class needs it.
   */
  output?: Tensor;
}

/**
 * Finds what a target means in a network.
 *
 * @throws StriateError that names the nearest layers or classes
 */
export function resolveTarget(
  network: Network,
  target: Target | string = { kind: "predicted" },
  options: ResolveOptions = {},
): ResolvedTarget {
  const wanted = typeof target === "string" ? parseTarget(target) : target;
  switch (wanted.kind) {
    case "unit":
    case "layer":
      return layerTarget(network, wanted);
    case "output":
      return outputTarget(network, wanted);
    default:
      return classTarget(network, wanted, options);
  }
}

/** The class with the largest number, of maps the largest mean; of a single sigmoid the likelier one. */
export function predictedClass(head: Head, output: Tensor): number {
  const { shape } = output;
  const { data } = toFloat32(output);
  const hasBatch = shape.length > 1;
  const size = sizeOf(hasBatch ? shape.slice(1) : shape);
  const row = data.subarray(0, size);
  const { map, axis, single, applied } = head;
  if (size === 1) return single && row[0]! >= (applied ? 0.5 : 0) ? 1 : 0;
  // bounded: by the shape of a tensor that is there
  const sums = new Float64Array(map ? shape[axis]! : size);
  const stride = map ? stridesOf(shape)[axis]! : 1;
  row.forEach((value, i) => (sums[Math.floor(i / stride) % sums.length]! += value));
  return sums.indexOf(largest(sums));
}

type ClassTarget = Extract<
  Target,
  { kind: "predicted" | "class" | "logit" | "probability" | "difference" }
>;

function classTarget(
  network: Network,
  target: ClassTarget,
  options: ResolveOptions,
): ResolvedTarget {
  const head = findHead(network, options.labels);
  if (head === undefined)
    throw new StriateError(
      `${network.origin.file ?? network.name}: has no output of real numbers, so it tells no classes apart; ` +
        "choose a unit:LAYER[CHANNEL] or a layer:LAYER",
    );
  const labels = options.labels ?? head.labels;
  const nameOf = (index: number) => labels?.[index] ?? String(index);
  const at = `output "${head.port.name}"`;
  if (target.kind === "difference") {
    const [first, second] = findTwoClasses(head, labels, target.names);
    const names = `${nameOf(first)}-${nameOf(second)}`;
    const weights = [...logitWeights(head, first, 1), ...logitWeights(head, second, -1)];
    const words = `${nameOf(first)} minus ${nameOf(second)}: of ${logitWords(head)}`;
    return resolved({ kind: "difference", names }, [classTerm(head, weights, "logits")], words);
  }
  const name = target.kind === "predicted" ? "" : target.name;
  const isPredicted = name === "" || (name === "predicted" && !labels?.includes(name));
  const index = isPredicted ? predictedOf(head, options) : findClass(head, labels, name);
  const called = `${nameOf(index)}${isPredicted ? ", the predicted one" : ""}`;
  const more = { isPredicted, classIndex: index };
  if (target.kind !== "probability") {
    const term = classTerm(head, logitWeights(head, index, 1), "logits");
    const isFirst = head.single && index === 0;
    const words = `class ${called}: ${isFirst ? "minus " : ""}${logitWords(head)}`;
    const kind = target.kind === "logit" ? "logit" : "class";
    return resolved({ kind, name: nameOf(index) }, [term], words, more);
  }
  if (!head.applied || head.kind === "log-softmax")
    throw new StriateError(
      `target "${formatTarget(target)}": ${at} holds ${head.applied ? "logarithms of probabilities" : "logits"}, ` +
        `and nothing in the network makes probabilities of them; use logit:${name || nameOf(index)}`,
    );
  // Of a pair `[1 - p, p]` both come out.
  const isFirst = head.single && head.units === 1 && index === 0;
  const unit = head.units === 1 ? 0 : index;
  const term = classTerm(head, [[unit, isFirst ? -1 : 1]], "output");
  const words = `probability of ${called}: ${isFirst ? "one minus " : ""}its number in ${at}`;
  return resolved({ kind: "probability", name: nameOf(index) }, [term], words, {
    ...more,
    offset: isFirst ? 1 : 0,
  });
}

function predictedOf(head: Head, { output }: ResolveOptions): number {
  if (output === undefined)
    throw new StriateError(
      "the predicted class is known only with a photo; name a class, as class:0",
    );
  return predictedClass(head, output);
}

/** Weights of the logits, by unit. */
function logitWeights(head: Head, index: number, weight: number): [number, number][] {
  return head.single ? [[0, index === 0 ? -weight : weight]] : [[index, weight]];
}

function logitWords({ kind, port, applied }: Head): string {
  return kind === "probabilities" || !applied
    ? `the value in output "${port.name}"`
    : `the value before the ${kind} of "${port.name}"`;
}

/** A weighted sum of a head's logits, or of what its activation makes of them. */
function classTerm(
  head: Head,
  weights: readonly (readonly [unit: number, weight: number])[],
  which: "logits" | "output",
): Term {
  const { port, map, axis } = head;
  const value = which === "logits" ? head.logits : port.value;
  if (map === undefined) {
    const sums = new Map<number, number>();
    for (const [unit, weight] of weights) sums.set(unit, (sums.get(unit) ?? 0) + weight);
    return elements(value, sums, port.shape.length > 1 || typeof port.shape[0] !== "number");
  }
  const { order } = port;
  const { channels, batch } =
    which === "logits" ? map : { channels: order.indexOf(axis), batch: order.indexOf(0) };
  return joined(
    weights.map(([unit, weight]) =>
      meanAt(value, { at: new Map([[channels, unit]]), batch }, weight),
    ),
  );
}

function layerTarget(
  network: Network,
  target: Extract<Target, { kind: "unit" | "layer" }>,
): ResolvedTarget {
  const { port, name, channels } = findLayerPort(network, target.layer);
  const unit = target.kind === "unit" ? target.unit : undefined;
  const { term, words } = portTerm(port, `layer "${name}"`, channels, unit, target.at);
  return resolved({ ...target, layer: name }, [term], `${name}, ${words}`);
}

function outputTarget(
  network: Network,
  target: Extract<Target, { kind: "output" }>,
): ResolvedTarget {
  const heads = findHeads(network);
  const head =
    heads.find(({ port }) => port.name === target.output) ??
    (/^\d+$/.test(target.output)
      ? heads.find(({ port }) => port === network.outputs[Number(target.output)])
      : undefined);
  if (head === undefined) {
    const names = heads.map(({ port }) => port.name);
    const near = nearestNames(target.output, names);
    throw new StriateError(
      `no output "${target.output}" of real numbers${near.length > 0 ? `; nearest: ${near.join(", ")}` : ""}`,
    );
  }
  const { port, axis } = head;
  const what = `output "${port.name}"`;
  const unit = target.unit ?? (head.units === 1 ? 0 : undefined);
  const { term, words } = portTerm(port, what, axis, unit, target.at);
  return resolved({ ...target, output: port.name }, [term], `${what}, ${words}`);
}

/** One channel of a value or all, at one place or the mean over all. */
function portTerm(
  port: Port,
  what: string,
  channels: number,
  unit: number | undefined,
  position: Position | undefined,
): { term: Term; words: string } {
  const { shape, order, value } = port;
  const rank = shape.length;
  const hasBatch = rank > 1 || typeof shape[0] !== "number";
  const places = shape.map((_, axis) => axis).filter((axis) => axis !== channels && axis > 0);
  const wanted = new Map<number, number>();
  if (unit !== undefined && (rank > 1 || !hasBatch)) wanted.set(channels, unit);
  if (position !== undefined) {
    if (position.length !== places.length)
      throw new StriateError(
        `${what} makes ${formatShape(shape)}, a place in it is ${placeForm(places.length)}, got @${position.join(",")}`,
      );
    position.forEach((at, i) => wanted.set(places[i]!, at));
  }
  for (const [axis, index] of wanted) {
    const length = shape[axis];
    if (typeof length === "number" && index >= length)
      throw new StriateError(
        axis === channels
          ? `${what} has ${counted(length, "channel")}, from 0 to ${length - 1}; there is no ${index}`
          : `${what} makes ${formatShape(shape)}; @${position!.join(",")} lies outside`,
      );
  }
  const at = new Map([...wanted].map(([axis, index]) => [order.indexOf(axis), index]));
  const term = meanAt(value, { at, batch: hasBatch ? order.indexOf(0) : -1 });
  const isWhole = position === undefined && places.some((axis) => shape[axis] !== 1);
  const words = [
    unit === undefined ? "mean over its channels" : `channel ${unit}`,
    ...(position ? [`at ${placeWords(position)}`] : isWhole ? ["mean over its places"] : []),
  ];
  return { term, words: words.join(", ") };
}

const placeForm = (axes: number): string =>
  ["none: leave out the @", "one number, as @4", "row and column, as @4,5"][axes] ??
  // bounded: a rank
  `${axes} numbers, as @${Array.from({ length: axes }, (_, i) => i).join(",")}`;

const placeWords = (at: Position): string =>
  at.length === 2 ? `row ${at[0]}, column ${at[1]}` : at.join(", ");

/** The value that a layer's name means: its own, one of its outputs, or, `NAME_pre`, before its activation. */
function findLayerPort(
  network: Network,
  name: string,
): { port: Port; name: string; channels: number } {
  const { layers, layout } = network;
  const channelsOf = (config: Readonly<Record<string, unknown>>, port: Port) =>
    channelAxis(port.shape.length, layout, config);
  const exact = layers.find(({ address }) => address === name);
  const before = layers.find(({ address }) => `${address}_pre` === name);
  if (exact === undefined && before !== undefined) {
    const port = before.preActivation;
    if (port === undefined)
      throw new StriateError(
        `"${name}": layer "${before.address}" (${before.className}) has no activation of its own, ` +
          `"${before.address}" is its value`,
      );
    return { port, name, channels: channelsOf(before.config, port) };
  }
  const byValue = exact
    ? undefined
    : layers
        .flatMap(({ outputs, config }) => outputs.map((port) => ({ port, config })))
        .find(({ port }) => port.name === name);
  if (byValue)
    return { port: byValue.port, name, channels: channelsOf(byValue.config, byValue.port) };
  const addresses = layers.map(({ address }) => address);
  const [address, ...others] = exact ? [name] : selectNames(name, addresses, "layer");
  if (address === undefined || others.length > 0)
    throw new StriateError(`target layer "${name}": expected one layer, got ${1 + others.length}`);
  const layer = layers.find((each) => each.address === address)!;
  const [port] = layer.outputs;
  if (port === undefined) throw new StriateError(`layer "${address}" makes no value`);
  return { port, name: address, channels: channelsOf(layer.config, port) };
}

function resolved(
  target: Target,
  terms: readonly Term[],
  words: string,
  {
    isPredicted = false,
    classIndex,
    offset = 0,
  }: {
    isPredicted?: boolean;
    classIndex?: number;
    offset?: number;
  } = {},
): ResolvedTarget {
  return {
    target,
    text: formatTarget(target),
    isPredicted,
    ...(classIndex !== undefined && { classIndex }),
    terms,
    score: (values) => scoreOf(terms, values).map((score) => score + offset),
    describe: () => words,
  };
}
