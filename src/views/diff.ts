import { StriateError } from "../base/errors.ts";
import { type Tensor, float32, toFloat32 } from "../base/tensor.ts";
import type { RunningNetwork } from "../model/running.ts";
import { LayerActivation } from "./activations.ts";
import { type Comparison, compareTensors, relativeDifference } from "../base/compare-tensors.ts";
import { type SizedStep, alignSteps } from "./diff/align.ts";
import { stepsOf } from "./diff/steps.ts";

/** A value of network A and the one of network B that plays the same part. */
export interface LayerPair extends Comparison {
  /** The layer in A; `conv2d (before relu)` for what its own activation reads. */
  readonly a: string;
  readonly b: string;
  readonly className: string;
  /** As the user of A sees it. */
  readonly shape: readonly number[];
  /** What was compared, for pictures. */
  readonly values: { readonly a: LayerActivation; readonly b: LayerActivation };
}

export interface DiffResult {
  /** In the order of A. */
  readonly pairs: readonly LayerPair[];
  /** The first pair that differs by more than the tolerance. */
  readonly departs: LayerPair | undefined;
  /** Layers without a counterpart in the other network. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
}

export interface DiffOptions {
  /** Largest difference that counts as none, as a share of the layer's largest magnitude; 0.01 by default. */
  readonly tolerance?: number;
}

/** A network with its input, in the user's layout. */
export interface DiffSide {
  readonly running: RunningNetwork;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/**
 * Compares two networks layer by layer on one input, each prepared as its network wants it: a Keras file
 * with its ONNX export, float with quantised weights, two states of one training.
 *
 * @throws StriateError when no layers of the two belong together
 */
export async function diffNetworks(
  a: DiffSide,
  b: DiffSide,
  { tolerance = 0.01 }: DiffOptions = {},
): Promise<DiffResult> {
  const [own, other] = [await measure(a), await measure(b)];
  const { pairs, onlyA, onlyB } = alignSteps(own, other);
  if (pairs.length === 0)
    throw new StriateError(
      `${nameOf(a)} and ${nameOf(b)}: no layers of one size and kind; they are different networks, or the photo went in at different sizes`,
    );
  const compared = pairs.map((pair) => comparePair(pair.a, pair.b));
  return {
    pairs: compared,
    departs: compared.find((pair) => !(relativeDifference(pair) <= tolerance)),
    onlyA: onlyA.map(({ name }) => name),
    onlyB: onlyB.map(({ name }) => name),
  };
}

const nameOf = ({ running: { network } }: DiffSide): string => network.origin.file ?? network.name;

/** A step with what it made. */
interface Measured extends SizedStep {
  readonly made: LayerActivation;
}

async function measure(side: DiffSide): Promise<Measured[]> {
  const { running, feeds } = side;
  const { network } = running;
  const steps = stepsOf(network);
  if (steps.length === 0)
    throw new StriateError(`${nameOf(side)}: holds weights without a network, which cannot be run`);
  const values = await running.run(
    feeds,
    steps.map(({ port }) => port.value),
  );
  return steps.map((step, i) => {
    const made = new LayerActivation(step.layer, step.port, values[i]!, network.layout);
    const lengths = made.hasMaps ? [made.channels, made.height, made.width] : made.shape;
    return { ...step, made, size: lengths.filter((length) => length !== 1) };
  });
}

function comparePair(a: Measured, b: Measured): LayerPair {
  return {
    a: a.name,
    b: b.name,
    className: a.layer.className,
    shape: a.made.shape,
    ...compareTensors(plainNumbers(a.made), plainNumbers(b.made)),
    values: { a: a.made, b: b.made },
  };
}

/** In an order that both networks share: channels first, where they are maps. */
function plainNumbers(made: LayerActivation): Tensor {
  const data = made.hasMaps ? made.values : toFloat32(made.tensor).data;
  return float32([data.length], data);
}
