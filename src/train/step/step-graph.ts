import { permute } from "../../base/shape.ts";
import { StriateError } from "../../base/errors.ts";
import { MissingRuleError, addGradient } from "../../gradient/gradient.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { type Graph, nodeLabel } from "../../graph/graph.ts";
import { producers } from "../../graph/traverse.ts";
import { bindDims } from "../../ops/infer/bind-dims.ts";
import { Formula } from "../../ops/facts/formula.ts";
import type { Reduction } from "../../training/losses/define-loss.ts";
import type { Network, NetworkWeight, Port } from "../../model/network.ts";
import { addActivityPenalty, stepRandomInputs } from "./activity-penalty.ts";
import { logitsOf } from "../compile/compile.ts";
import type { OutputLoss } from "../compile/compiled.ts";
import type { TrainingNetwork } from "../source/trainable.ts";
import type { StepGraph } from "./executor.ts";

/**
 * The plain graph of one training step without its update: the model's forward pass in training, the
 * loss, and the gradients of the trainable weights.
 *
 * @param rows of the batch, or of the part of it that one worker takes
 */
export function buildStepGraph(
  { network, weights, couplesBatch: coupled }: TrainingNetwork,
  losses: readonly OutputLoss[],
  rows: number,
): StepGraph {
  const withLoss = addLoss(network, losses, rows);
  const trained = [...network.weights].filter(([, weight]) => weight.trainable);
  const { graph, gradients } = withGradient(withLoss, trained);
  const outputs = new Outputs(graph);
  return {
    graph,
    rows,
    inputs: {
      x: network.inputs.map((port) => port.value),
      y: withLoss.targets,
      rowWeight: withLoss.rowWeight,
      random: stepRandomInputs(network),
      weights,
    },
    outputs: {
      loss: outputs.add(withLoss.loss, []),
      gradients: new Map(
        trained.map(([address, { value, graphShape }]) => [
          address,
          outputs.add(gradients.get(value)!, graphShape),
        ]),
      ),
      updates: new Map(
        [...network.updates].map(([address, value]) => [
          address,
          outputs.add(value, network.weights.get(address)!.graphShape),
        ]),
      ),
      predictions: addPredictions(outputs, network, withLoss, rows),
    },
    couplesBatch: coupled || withLoss.couplesBatch,
  };
}

/** @throws StriateError with what can be done, where an op on the way has no gradient */
function withGradient(
  { graph, loss }: ReturnType<typeof addLoss>,
  trained: readonly (readonly [string, NetworkWeight])[],
) {
  try {
    return addGradient(graph, { of: loss, wrt: trained.map(([, { value }]) => value) });
  } catch (error) {
    if (!(error instanceof MissingRuleError)) throw error;
    const { node } = error;
    throw new StriateError(
      `${nodeLabel(node)}: striate has no gradient for ${node.op}, which lies between the loss and weights that ` +
        'are trained; train layers behind it alone ("head")',
      { cause: error },
    );
  }
}

/** What evaluation runs: the model as it predicts, and its loss. */
export interface EvaluationGraph {
  graph: Graph;
  rows: number;
  inputs: { x: string[]; y: string[]; rowWeight: string; rowShare: string | null };
  outputs: { loss: string; predictions: string[] };
  /** Whether the loss of a row depends on the other rows of its batch. */
  couplesBatch: boolean;
}

/**
 * The graph of the loss without training: no dropout, moving averages, weights as constants.
 *
 * @param network as it predicts
 */
export function buildEvaluationGraph(
  network: Network,
  losses: readonly OutputLoss[],
  rows: number,
): EvaluationGraph {
  const withLoss = addLoss(network, losses, rows);
  const { graph, loss, targets, rowWeight, rowShare } = withLoss;
  const outputs = new Outputs(graph);
  return {
    graph,
    rows,
    inputs: { x: network.inputs.map((port) => port.value), y: targets, rowWeight, rowShare },
    outputs: {
      loss: outputs.add(loss, []),
      predictions: addPredictions(outputs, network, withLoss, rows),
    },
    couplesBatch: withLoss.couplesBatch,
  };
}

function addPredictions(
  outputs: Outputs,
  network: Network,
  { rowLosses, masks }: ReturnType<typeof addLoss>,
  rows: number,
): string[] {
  return [
    ...network.outputs.map((port) => outputs.add(port.value, graphShape(port, rows))),
    ...rowLosses.map((value) => outputs.add(value, [rows])),
    ...masks.map(({ value, steps }) => outputs.add(value, [rows, steps])),
  ];
}

/**
 * Writes the loss behind a network: the sum over outputs and rows of each row's mean loss, times the
 * row's weight; and what layers ask for the size of their outputs.
 */
function addLoss(network: Network, losses: readonly OutputLoss[], rows: number) {
  const graph = bindDims(network.graph, { N: rows });
  const b = new GraphBuilder(graph);
  const f = new Formula(b, "float32");
  const rowWeight = b.input(b.fresh("row_weight"), [rows]);
  const targets: string[] = [];
  const rowLosses: string[] = [];
  const masks: { value: string; steps: number }[] = [];
  let ofBatches = false;
  const terms = network.outputs.map((port, i) => {
    const { definition, config, weight, reduction } = losses[i]!;
    const shape = port.shape.map((length, axis) => (axis === 0 ? rows : Number(length)));
    const targetShape = definition.targets === "classes" ? shape.slice(0, -1) : shape;
    const target = b.input(b.fresh(`${port.name}/target`), targetShape);
    targets.push(target);
    const plain = (value: string): string =>
      f.transpose(
        value,
        port.order.map((_, axis) => port.order.indexOf(axis)),
      );
    const logits = logitsOf(network, port, losses[i]!);
    const values = definition.lower({
      f,
      config: config as never,
      target,
      prediction: plain(port.value),
      logits: logits === null ? null : plain(logits),
      shape,
    });
    const scope = definition.scope?.(shape, config as never) ?? {
      positions: shape.slice(1, -1).reduce((product, length) => product * length, 1),
    };
    if (scope === "batch") ofBatches = true;
    const positions = scope === "batch" ? 1 / rows : scope.positions;
    let weighted: string;
    if (scope === "batch") {
      // One loss, which belongs to all rows alike.
      const ofAll = reduction === "sum" ? f.mul(values, positions) : values;
      weighted = f.mul(ofAll, rowWeight);
    } else if (port.mask === undefined) {
      let ofRow = f.reshape(f.mean(f.reshape(values, [rows, -1]), [1]), [rows]);
      if (reduction === "sum") ofRow = f.mul(ofRow, positions);
      weighted = f.mul(ofRow, rowWeight);
    } else {
      const mask = { value: f.indicator(port.mask), steps: shape[1]! };
      masks.push(mask);
      weighted = maskedLosses(f, values, mask, { reduction, positions, rows, rowWeight });
    }
    rowLosses.push(weighted);
    const ofBatch = f.sum(weighted, [0], false);
    return weight === 1 ? ofBatch : f.mul(ofBatch, weight);
  });
  const activity = addActivityPenalty(f, network, rows);
  return {
    graph,
    loss: f.add(...terms, ...(activity ? [activity.penalty] : [])),
    // The only output's loss is the whole.
    rowLosses: rowLosses.length > 1 ? rowLosses : [],
    masks,
    // The steps of a whole batch that count are what a masked loss is divided by.
    couplesBatch: ofBatches || masks.length > 0,
    targets,
    rowWeight,
    rowShare: activity?.rowShare ?? null,
  };
}

/**
 * The losses of rows `(rows)` of which some steps do not count: a mean is over the steps of the batch
 * that do.
 */
function maskedLosses(
  f: Formula,
  values: string,
  mask: { value: string; steps: number },
  batch: { reduction: Reduction; positions: number; rows: number; rowWeight: string },
): string {
  const { reduction, positions, rows, rowWeight } = batch;
  const ofStep = f.reshape(f.mean(f.reshape(values, [rows, mask.steps, -1]), [2]), [rows, -1]);
  const ofRow = f.mul(f.sum(f.mul(ofStep, mask.value), [1], false), rowWeight);
  if (reduction === "sum") return f.mul(ofRow, positions / mask.steps);
  const counted = f.sum(mask.value, [1], false);
  // Row weights are divided by the rows already, or by their own sum.
  return reduction === "mean_with_sample_weight"
    ? f.div(ofRow, f.sum(f.mul(counted, rowWeight), [0], false))
    : f.mul(ofRow, f.div(rows, f.b.op("Max", [f.sum(counted, [0], false), f.constant(1)])));
}

/** The shape of an output in the graph's layout. */
const graphShape = (port: Port, rows: number): number[] =>
  permute(port.shape, port.order).map((length, axis) => (axis === 0 ? rows : Number(length)));

/** Declares a graph's outputs anew. ONNX wants each made by a node, and named once. */
class Outputs {
  readonly #b: GraphBuilder;
  readonly #made: Set<string>;

  constructor(graph: Graph) {
    this.#b = new GraphBuilder(graph);
    this.#made = new Set(producers(graph).keys());
    graph.outputs = [];
  }

  add(value: string, shape: readonly number[]): string {
    const taken = this.#b.graph.outputs.some((output) => output.name === value);
    const name = taken || !this.#made.has(value) ? this.#b.op("Identity", [value]) : value;
    this.#b.output(name, shape);
    return name;
  }
}
