import { messageOf } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Network, Port } from "../model/network.ts";
import { RunningNetwork } from "../model/running.ts";
import type { Runtime, SessionOptions } from "../runtime/runtime.ts";
import { compareTensors, relativeDifference } from "./compare-tensors.ts";

/** How one layer differs between two ways of running one network. */
export interface LayerDifference {
  address: string;
  /** Largest absolute difference. */
  largest: number;
  /** The largest magnitude of the layer in the reference run, which the difference is measured by. */
  magnitude: number;
}

/** A way of running a network. */
export interface Way {
  /** For people: `ONNX Runtime, optimised`. */
  title: string;
  runtime: Runtime;
  options?: SessionOptions;
}

export interface VerifiedWay {
  title: string;
  /** In the order of the network, its outputs last. */
  layers: LayerDifference[];
  /** The layer that differs most, relative to its size; absent where none was compared. */
  worst?: LayerDifference;
  /** Why this way does not run. */
  refused?: string;
}

/** What one session is asked for: few at a time, so that asking hinders the engine's rewriting little. */
const GROUP = 8;

/**
 * Runs a network node by node, as it is written, and then in other ways, and says for every layer how
 * far these depart: an engine's rewriting, or another engine. Each way is also asked for the outputs
 * alone, as `predict` asks; so it shows too when asking for inner values changes the answer.
 *
 * @param reference usually with `optimize: "none"`
 * @param feeds tensors by input name, in the user's layout
 */
export async function verify(
  network: Network,
  feeds: Readonly<Record<string, Tensor>>,
  reference: Way,
  others: readonly Way[],
): Promise<VerifiedWay[]> {
  const taps = tapsOf(network);
  const wanted = await runAll(network, reference, feeds, taps);
  const results: VerifiedWay[] = [];
  for (const way of others)
    try {
      const got = await runAll(network, way, feeds, taps);
      const layers = taps.map(({ name }, i) => ({
        address: name,
        ...withoutCosine(wanted[i]!, got[i]!),
      }));
      const worst = [...layers].sort((a, b) => relativeDifference(b) - relativeDifference(a))[0];
      results.push({ title: way.title, layers, ...(worst ? { worst } : {}) });
    } catch (error) {
      results.push({ title: way.title, layers: [], refused: messageOf(error) });
    }
  return results;
}

function withoutCosine(wanted: Tensor, got: Tensor): Omit<LayerDifference, "address"> {
  const { largest, magnitude } = compareTensors(wanted, got);
  return { largest, magnitude };
}

/** Every value that is made of real numbers, once, and the outputs at the end. */
function tapsOf(network: Network): Port[] {
  const taps = network.layers
    .filter(({ kind }) => kind !== "input")
    .flatMap(({ outputs }) => outputs);
  const seen = new Set(network.outputs.map((port) => port.value));
  const inner = taps.filter((port) => {
    const isNew = !seen.has(port.value);
    seen.add(port.value);
    return isNew;
  });
  return [...inner, ...network.outputs].filter(({ type }) => /^float/.test(type));
}

async function runAll(
  network: Network,
  { runtime, options }: Way,
  feeds: Readonly<Record<string, Tensor>>,
  taps: readonly Port[],
): Promise<Tensor[]> {
  const running = new RunningNetwork(network, runtime, options);
  try {
    const outputs = new Set(network.outputs.map((port) => port.value));
    const inner = taps.filter((port) => !outputs.has(port.value));
    const groups: Port[][] = [];
    for (let i = 0; i < inner.length; i += GROUP) groups.push(inner.slice(i, i + GROUP));
    groups.push(taps.filter((port) => outputs.has(port.value)));
    const results: Tensor[] = [];
    for (const group of groups)
      if (group.length > 0)
        results.push(
          ...(await running.run(
            feeds,
            group.map((port) => port.value),
          )),
        );
    return results;
  } finally {
    await running.release();
  }
}
