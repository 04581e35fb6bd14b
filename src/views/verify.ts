import { messageOf } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Network, Port } from "../model/network.ts";
import { RunningNetwork } from "../model/running.ts";
import type { Runtime, SessionOptions } from "../runtime/runtime.ts";
import { type Comparison, compareTensors, relativeDifference } from "./compare-tensors.ts";

/** How one layer differs between two ways of running one network. */
export interface LayerDifference {
  address: string;
  className: string;
  /** Largest absolute difference. */
  largest: number;
  /** The largest magnitude of the layer in the reference run, which the difference is measured by. */
  magnitude: number;
}

/** A way of running a network. */
export interface Way {
  /** For people: `optimised`. */
  name: string;
  runtime: Runtime;
  options?: SessionOptions;
}

/** What one way makes of the network, measured by the reference. */
export interface WayResult {
  way: string;
  /** In the order of the network; empty where the way does not run. */
  layers: LayerDifference[];
  /** How far the outputs lie from those of the same way that were asked for without any layer. */
  outputsAlone?: { largest: number };
  /** Why it does not run. */
  failed?: string;
}

export interface VerifyResult {
  /** The way that the others are measured by. */
  reference: string;
  /** The reference first. */
  ways: WayResult[];
  /** The layer that differs most, relative to its size. */
  worst?: LayerDifference & { way: string };
}

/** The difference as a share of the layer's largest value. */
export const relative = (difference: Pick<LayerDifference, "largest" | "magnitude">): number =>
  relativeDifference(difference);

/**
 * Runs a network in several ways and says for every layer how far they lie from the first: an engine
 * that rewrites the graph, or another engine. Each way is also asked for the outputs alone, so that it
 * shows when asking for layers changes the answer.
 *
 * @param feeds tensors by input name, in the user's layout
 * @param ways the first is the reference, usually with `optimize: "none"`; it must run
 * @throws StriateError when the reference does not run
 */
export async function verifyNetwork(
  network: Network,
  feeds: Readonly<Record<string, Tensor>>,
  ways: readonly [Way, ...Way[]] | readonly Way[],
): Promise<VerifyResult> {
  const [reference, ...others] = ways as readonly [Way, ...Way[]];
  const taps = tapsOf(network);
  const wanted = await runWay(network, reference, feeds, taps);
  const compare = (way: string, values: WayValues): WayResult => ({
    way,
    layers: taps.map(({ port, className }, i) => {
      const { largest, magnitude } = compareTensors(wanted.values[i]!, values.values[i]!);
      return { address: port.name, className, largest, magnitude };
    }),
    outputsAlone: { largest: values.outputsAlone },
  });
  const results = [compare(reference.name, wanted)];
  for (const way of others)
    try {
      results.push(compare(way.name, await runWay(network, way, feeds, taps)));
    } catch (error) {
      results.push({ way: way.name, layers: [], failed: messageOf(error) });
    }
  const worst = results
    .flatMap(({ way, layers }) => layers.map((layer) => ({ ...layer, way })))
    .sort((a, b) => orderOf(b) - orderOf(a))[0];
  const found = worst !== undefined && orderOf(worst) > 0;
  return { reference: reference.name, ways: results, ...(found ? { worst } : {}) };
}

/** NaN, where one way computes numbers and the other none, is worse than any difference. */
const orderOf = (layer: LayerDifference): number =>
  Number.isNaN(layer.largest) ? Infinity : relative(layer);

interface Tap {
  port: Port;
  className: string;
}

/** Every value of real numbers that a layer makes, once. */
function tapsOf(network: Network): Tap[] {
  const seen = new Set<string>();
  return network.layers
    .filter(({ kind }) => kind !== "input")
    .flatMap(({ outputs, className }) => outputs.map((port) => ({ port, className })))
    .filter(({ port: { value, type } }) => {
      const isNew = !seen.has(value) && /^float/.test(type);
      seen.add(value);
      return isNew;
    });
}

interface WayValues {
  values: Tensor[];
  outputsAlone: number;
}

async function runWay(
  network: Network,
  { runtime, options }: Way,
  feeds: Readonly<Record<string, Tensor>>,
  taps: readonly Tap[],
): Promise<WayValues> {
  const running = new RunningNetwork(network, runtime, options);
  try {
    const outputs = network.outputs
      .filter(({ type }) => /^float/.test(type))
      .map((port) => port.value);
    const inner = taps.map(({ port }) => port.value);
    const together = await running.run(feeds, [...inner, ...outputs]);
    const alone = outputs.length > 0 ? await running.run(feeds, outputs) : [];
    const changes = alone.map((value, i): Comparison =>
      compareTensors(value, together[inner.length + i]!),
    );
    return {
      values: together.slice(0, inner.length),
      outputsAlone: Math.max(0, ...changes.map(({ largest }) => largest)),
    };
  } finally {
    await running.release();
  }
}
