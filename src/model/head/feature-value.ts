import type { Dim } from "../../graph/graph.ts";
import { outerReads, producers } from "../../graph/traverse.ts";
import { bindDims } from "../../ops/infer/bind-dims.ts";
import type { Network } from "../network.ts";
import { findHead, isList } from "./head.ts";

/** Where a network's head begins: the numbers that its classes are told apart by. */
export interface FeatureValue {
  /** The graph value: `(N, features)`, or maps `(N, channels, ...)` where nothing pools or flattens them. */
  value: string;
  shape: readonly Dim[];
}

/**
 * The last pooled or flattened value of a network: the first one on the way to its first output that has
 * one row of numbers, and from which on all have. Of a network without, the output itself. Where a convolution
 * makes the classes, and nothing but pooling is behind it, what the convolution reads.
 *
 * @returns undefined where the shape of the output is not known
 */
export function featureValue(network: Network): FeatureValue | undefined {
  const [port] = network.outputs;
  if (port === undefined) return undefined;
  const { graph } = network;
  const { values } = bindDims(graph, {});
  const made = producers(graph);
  const data = dataValues(network);
  const shapeOf = (name: string) =>
    values.get(name)?.shape ?? graph.inputs.find((input) => input.name === name)?.shape ?? null;
  const way: string[] = [];
  // Where branches come together, the value that they make is the last one of all.
  for (let at: string | undefined = port.value; at !== undefined;) {
    way.push(at);
    const reads: string[] = (made.get(at)?.inputs ?? []).filter((name) => data.has(name));
    at = reads.length === 1 ? reads[0] : undefined;
  }
  const isRow = (name: string | undefined) => name !== undefined && shapeOf(name)?.length === 2;
  let found = 0;
  while (isRow(way[0]) && isRow(way[found + 1])) found++;
  const value = classConvolution(network, way, isRow(way[0]) ? found : 0, data) ?? way[found]!;
  const shape = shapeOf(value);
  return shape === null ? undefined : { value, shape };
}

/** What the convolution reads that makes the classes, where it is one that makes them. */
function classConvolution(
  network: Network,
  way: readonly string[],
  found: number,
  data: ReadonlySet<string>,
): string | undefined {
  if (!isClassifier(network)) return undefined;
  const makers = new Map(
    network.layers
      // A bias that a graph adds by itself is of the convolution before it.
      .filter(
        ({ weights, kind }) => weights.length > 0 && kind !== "model" && kind !== "arithmetic",
      )
      .flatMap((layer) => layer.outputs.map(({ value }) => [value, layer] as const)),
  );
  const at = way.findIndex((value) => makers.has(value));
  const layer = at >= found ? makers.get(way[at]!) : undefined;
  return layer?.kind === "convolution" ? layer.reads.find((value) => data.has(value)) : undefined;
}

/** Whether the first output of a network is a list of numbers for classes. */
export function isClassifier(network: Network): boolean {
  const head = findHead(network);
  if (head === undefined || head.port !== network.outputs[0] || !isList(head)) return false;
  return head.kind !== "logits" || head.labels !== undefined;
}

/** The values that follow from a network's inputs. */
function dataValues(network: Network): Set<string> {
  const data = new Set(network.inputs.map(({ value }) => value));
  for (const node of network.graph.nodes)
    if ([...node.inputs, ...outerReads(node)].some((name) => data.has(name)))
      for (const name of node.outputs) data.add(name);
  return data;
}

/**
 * The addresses of the weights of a network's head: of the layers behind {@link featureValue}; where these
 * have none, of the last layer that has.
 */
export function headWeights(network: Network): string[] {
  const start = featureValue(network)?.value;
  const behind = new Set(start === undefined ? [] : [start]);
  for (const node of network.graph.nodes)
    if (node.inputs.some((name) => behind.has(name)))
      for (const name of node.outputs) behind.add(name);
  if (start !== undefined) behind.delete(start);
  const trainable = (address: string) => network.weights.get(address)?.trainable === true;
  const withWeights = network.layers.filter(({ weights }) => weights.some(trainable));
  const head = withWeights.filter(({ outputs }) => outputs.some(({ value }) => behind.has(value)));
  return (head.length > 0 ? head : withWeights.slice(-1)).flatMap(({ weights }) => weights);
}
