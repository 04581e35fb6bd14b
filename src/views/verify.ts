import { StriateError, isBug, messageOf } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Network, NetworkLayer, Port } from "../model/network.ts";
import { RunningNetwork } from "../model/running.ts";
import type { Way } from "./context.ts";
import { compareTensors, relativeDifference } from "../base/compare-tensors.ts";

/** What one layer made, compared with what it made in the reference run. */
export interface LayerDifference {
  /** Of the layer; with the number of the output, where it has several. */
  readonly address: string;
  readonly className: string;
  /** Largest absolute difference; NaN where one is no number and the other is. */
  readonly largest: number;
  /** The largest magnitude in the reference run: what the difference is measured by. */
  readonly magnitude: number;
}

/** A way of running, compared with the first one. */
export interface WayResult {
  readonly way: string;
  /** In the order of the network; empty where the way failed. */
  readonly layers: readonly LayerDifference[];
  /** How much the outputs change when they alone are asked for, and no layer in between. */
  readonly outputsAlone: LayerDifference | undefined;
  /** Why the network does not run this way. */
  readonly failed: string | undefined;
}

/** A layer where two ways of running differ. */
export interface WorstDifference extends LayerDifference {
  readonly way: string;
}

export interface VerifyResult {
  /** The way that the others are compared with. */
  readonly reference: string;
  readonly ways: readonly WayResult[];
  /** The largest difference of all, measured by the layer's magnitude; none where no other way runs. */
  readonly worst: WorstDifference | undefined;
}

/**
 * Runs a network in several ways on one input and compares every layer: engines rewrite graphs, fuse
 * layers and order sums differently, and asking for a layer in between changes what they may fuse.
 *
 * @param feeds tensors by input name, in the user's layout
 * @param ways the first one is the reference
 * @throws StriateError when the network does not run in the first way
 */
export async function verifyNetwork(
  network: Network,
  feeds: Readonly<Record<string, Tensor>>,
  ways: readonly Way[],
): Promise<VerifyResult> {
  const [first, ...others] = ways;
  if (first === undefined) throw new StriateError("verify: no way of running was given");
  if (network.outputs.length === 0)
    throw new StriateError(
      `${network.origin.file ?? network.name}: holds weights without a network, which cannot be run`,
    );
  if (network.inputs.length === 0)
    throw new StriateError(
      `${network.origin.file ?? network.name}: has no input: whatever it is given, it makes the same`,
    );
  const taps = tapsOf(network);
  const values = taps.map(({ port }) => port.value);
  const reference = await runOnce(network, feeds, first, values);
  const outputs = network.outputs.map((port) => port.value);
  const results: WayResult[] = [];
  for (const way of [first, ...others])
    try {
      const made = way === first ? reference : await runOnce(network, feeds, way, values);
      const alone = await runOnce(network, feeds, way, outputs);
      const layers = taps.map((tap, i) => differenceOf(tap, reference[i]!, made[i]!));
      const lone = network.outputs.map((port, i) => {
        const tapped = taps.findIndex((tap) => tap.port.value === port.value);
        return differenceOf(taps[tapped]!, made[tapped]!, alone[i]!);
      });
      results.push({ way: way.name, layers, outputsAlone: largestOf(lone), failed: undefined });
    } catch (error) {
      if (way === first || isBug(error)) throw error;
      const failed = messageOf(error);
      results.push({ way: way.name, layers: [], outputsAlone: undefined, failed });
    }
  const all = results.flatMap(({ way, layers, outputsAlone }) =>
    [...layers, ...(outputsAlone ? [outputsAlone] : [])].map((each) => ({ ...each, way })),
  );
  const compared = results.some(({ layers }, i) => i > 0 && layers.length > 0);
  return {
    reference: first.name,
    ways: results,
    worst: compared ? largestOf(all) : undefined,
  };
}

interface Tap {
  readonly layer: NetworkLayer;
  readonly port: Port;
}

/** Every value that a layer makes, once, and the outputs. */
function tapsOf(network: Network): Tap[] {
  const inputs = new Set(network.inputs.map((port) => port.value));
  const taps = new Map<string, Tap>();
  for (const layer of network.layers)
    for (const port of layer.outputs)
      if (!inputs.has(port.value) && port.type !== "string" && !taps.has(port.value))
        taps.set(port.value, { layer, port });
  const last = network.layers.at(-1)!;
  for (const port of network.outputs)
    if (!taps.has(port.value)) taps.set(port.value, { layer: last, port });
  return [...taps.values()];
}

async function runOnce(
  network: Network,
  feeds: Readonly<Record<string, Tensor>>,
  way: Way,
  values: readonly string[],
): Promise<Tensor[]> {
  const running = new RunningNetwork(network, way.runtime, way.options);
  try {
    return await running.run(feeds, values);
  } finally {
    await running.release().catch(() => undefined);
  }
}

function differenceOf({ layer, port }: Tap, reference: Tensor, other: Tensor): LayerDifference {
  const { largest, magnitude } = compareTensors(reference, other);
  const address = layer.outputs.length > 1 ? port.name : layer.address;
  return { address, className: layer.className, largest, magnitude };
}

/** The difference as a share of the layer's largest value; where one is no number and the other is, infinite. */
export function relative(difference: Pick<LayerDifference, "largest" | "magnitude">): number {
  const share = relativeDifference(difference);
  return Number.isNaN(share) ? Infinity : share;
}

function largestOf<T extends LayerDifference>(all: readonly T[]): T | undefined {
  return all.reduce<T | undefined>(
    (worst, each) => (worst === undefined || relative(each) > relative(worst) ? each : worst),
    undefined,
  );
}
