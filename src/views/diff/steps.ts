import type { LayerKind } from "../../layers/define-layer.ts";
import type { Network, NetworkLayer, Port } from "../../model/network.ts";

/** One value of a network as the other network may have it too. */
export interface Step {
  /** The layer's address; `conv2d (before relu)` for what its own activation reads. */
  readonly name: string;
  readonly layer: NetworkLayer;
  readonly port: Port;
  /** What is done in this step: steps of different families are never the same. */
  readonly family: string;
  /** Whether it is what the layer makes in the end. */
  readonly last: boolean;
  /**
   * A convolution or dense layer and the biases, scales and normalisations behind it are one linear map,
   * which another file may hold as one layer: which part of it this step is, and how many there are.
   */
  readonly part: number;
  readonly parts: number;
}

/**
 * The steps of a network in order. A layer with an activation of its own is two, as it is two layers in
 * another kind of file; what only passes a value on is none.
 */
export function stepsOf(network: Network): Step[] {
  const known = new Set(network.inputs.map((port) => port.value));
  const steps: Step[] = [];
  const add = (step: Omit<Step, "part" | "parts">) => {
    if (known.has(step.port.value) || step.port.type === "string") return;
    known.add(step.port.value);
    steps.push({ ...step, part: 0, parts: 1 });
  };
  for (const layer of network.layers) {
    if (layer.kind === "model" || layer.kind === "input") continue;
    const { address, activation, preActivation, outputs } = layer;
    const own = familyOf(layer);
    if (preActivation && activation) {
      const name = `${address} (before ${activation})`;
      add({ name, layer, port: preActivation, family: own, last: false });
    }
    const family = activation ? activationFamily(activation) : own;
    outputs.forEach((port) =>
      add({
        name: outputs.length > 1 ? port.name : address,
        layer,
        port,
        family,
        last: true,
      }),
    );
  }
  return withParts(steps);
}

const families: Partial<Record<LayerKind, string>> = {
  convolution: "linear",
  dense: "linear",
  normalization: "linear",
  merging: "merging",
  regularization: "reshaping",
  reshaping: "reshaping",
};

function familyOf(layer: NetworkLayer): string {
  const { kind, className, weights, activation } = layer;
  if (kind === "activation") return activationFamily(activation ?? className);
  if (kind === "pooling") return `pooling ${/max/i.test(className) ? "max" : "average"}`;
  if (kind === "arithmetic" && weights.length > 0 && ofAffine.test(className)) return "linear";
  return families[kind] ?? kind;
}

/** What adds a constant or multiplies by one, in the words of ONNX, TensorFlow and TFLite. */
const ofAffine = /^(BiasAdd|Add(V2)?|Sub|Mul|(Real)?Div)$/i;

/** `activation relu`, however a file spells it: `relu`, `ReLU`, `QLinearLeakyRelu`. */
function activationFamily(word: string): string {
  const plain = word
    .toLowerCase()
    .replaceAll("_", "")
    .replace(/^qlinear/, "");
  return `activation ${plain === "logistic" ? "sigmoid" : plain}`;
}

/** Numbers the parts of linear maps: each reads the one before, and only it. */
function withParts(steps: readonly Step[]): Step[] {
  const readers = new Map<string, number>();
  for (const { layer } of steps)
    for (const value of layer.reads) readers.set(value, (readers.get(value) ?? 0) + 1);
  const runs: Step[][] = [];
  const ends = new Map<string, Step[]>();
  for (const step of steps) {
    const [read] = step.layer.reads;
    const run = read === undefined ? undefined : ends.get(read);
    const isHead = step.layer.kind === "convolution" || step.layer.kind === "dense";
    const joins =
      step.family === "linear" && !isHead && run !== undefined && step.layer.reads.length === 1;
    if (joins && readers.get(read!) === 1) {
      run.push(step);
      ends.set(step.port.value, run);
      continue;
    }
    const own = [step];
    runs.push(own);
    if (step.family === "linear" && isHead) ends.set(step.port.value, own);
  }
  const places = new Map(
    runs.flatMap((run) => run.map((step, part) => [step, { part, parts: run.length }] as const)),
  );
  return steps.map((step) => ({ ...step, ...places.get(step)! }));
}
