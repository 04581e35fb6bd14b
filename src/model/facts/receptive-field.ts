import { largest } from "../../base/extremes.ts";
import { checkedLength } from "../../base/checked-length.ts";
import type { Graph, GraphNode } from "../../graph/graph.ts";
import type { Tensor } from "../../base/tensor.ts";
import { findOp } from "../../ops/index.ts";
import { inferShapes } from "../../ops/infer/infer-shapes.ts";
import { nodeFacts } from "../../ops/infer/node-facts.ts";
import { type AxisSight, type Sight, type SightContext, joined } from "../../ops/facts/sight.ts";
import { Steps, TooManyPlaces } from "../../ops/facts/steps.ts";
import type { Network, Port } from "../network.ts";
import { colourAxis } from "../photo/photo-input.ts";

/** Which part of the picture an element of a feature map can see, along one axis. All in pixels. */
export interface Field1d {
  /** Pixels that an element sees; the most, where they do not all see equally many. */
  size: number;
  /** Pixels from one element to the next; a fraction behind an upsampling. */
  step: number;
  /** The middle of what element 0 sees. It may lie in the padding, and between two pixels. */
  firstCentre: number;
  /** The first and the last pixel that element `i` sees, padding included. */
  range(i: number): readonly [from: number, to: number];
}

/** The receptive field along each axis of the picture; `"all"`: a value that sees the whole input. */
export type ReceptiveField = readonly Field1d[] | "all";

/**
 * The receptive field of every value of the graph that depends on an input of rank 3 to 5. What an op
 * sees of its inputs stands in its record; this is the walk over them. A value whose field cannot be
 * known, since a length is free or an op is not known, has none.
 *
 * Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks",
 * Distill 2019.
 *
 * @param channelsOf the user's axis of an input's channels
 */
export function receptiveFields(
  network: Network,
  channelsOf = (port: Port) => colourAxis(port, network.layout),
): Map<string, ReceptiveField> {
  const { graph } = network;
  const constants = inferShapes(graph);
  const sights = new Map<string, Sight | undefined>();
  for (const port of network.inputs) {
    const channels = port.order.indexOf(channelsOf(port));
    const axes = port.shape.map((_, axis) => axis > 0 && axis !== channels);
    sights.set(
      port.value,
      axes.map((isSpace, axis) => (isSpace ? itself(axis) : null)),
    );
  }
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => sights.has(name))) continue;
    const sight = countable(() => sightOf(graph, constants, sights, node));
    if (sight !== "nothing") for (const output of node.outputs) sights.set(output, sight);
  }
  const spaces = Math.max(0, largest(network.inputs.map(({ shape }) => shape.length - 2)));
  return new Map(
    [...sights].flatMap(([value, sight]) =>
      sight === undefined ? [] : [[value, fieldOf(sight, spaces)] as const],
    ),
  );
}

/** What a sight is, where it repeats after a number of places that can be written down. */
function countable<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof TooManyPlaces) return undefined;
    throw error;
  }
}

function itself(source: number): AxisSight {
  const steps = Steps.linear(0, 1);
  return { source, first: steps, last: steps };
}

/** What the node's outputs see; undefined where it cannot be known. */
function sightOf(
  graph: Graph,
  constants: ReadonlyMap<string, Tensor>,
  sights: ReadonlyMap<string, Sight | undefined>,
  node: GraphNode,
): Sight | "nothing" | undefined {
  const op = findOp(node.domain, node.op);
  if (op === undefined || op.sees === "nothing") return op && "nothing";
  const read = node.inputs.filter((name) => sights.has(name));
  if (read.some((name) => sights.get(name) === undefined)) return undefined;
  if (op.sees === "all") return "all";
  const context: SightContext<Record<string, unknown>> = {
    ...nodeFacts(graph, constants, node, op),
    sees: (i) => sights.get(node.inputs[i] ?? ""),
  };
  if (op.sees !== "same") return op.sees(context);
  const inputs = node.inputs.flatMap((name, i) => {
    const sight = sights.get(name);
    return sight === undefined ? [] : [{ sight, shape: context.shape(i) }];
  });
  return joined(inputs, context.outputShape(0));
}

/** Where an axis of the picture is lost among others, an element has no place of its own. */
function fieldOf(sight: Sight, spaces: number): ReceptiveField {
  if (sight === "all") return sight;
  const axes = sight.filter((axis) => axis !== null).sort((a, b) => a.source - b.source);
  return axes.length < spaces && sight.length > 0 && axes.length > 0 ? "all" : axes.map(field1d);
}

function field1d({ first, last }: AxisSight): Field1d {
  const period = Math.max(first.period, last.period);
  const step = first.slope;
  const length = checkedLength(period, "places after which a field repeats");
  const elements = Array.from({ length }, (_, i) => [first.at(i), last.at(i)] as const);
  const centres = elements.map(([from, to], i) => (from + to) / 2 - i * step);
  return {
    size: largest(elements.map(([from, to]) => to - from + 1)),
    step,
    firstCentre: centres.reduce((sum, centre) => sum + centre, 0) / period,
    range: (i) => [first.at(i), last.at(i)],
  };
}
