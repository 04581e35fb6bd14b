import { StriateError } from "../../base/errors.ts";
import { formatShape } from "../../base/shape.ts";
import type { LossDefinition, Reduction } from "../../training/losses/define-loss.ts";
import { type LossOption, parseLoss } from "../../training/losses/index.ts";
import type { OptimizerOption } from "../../training/optimizers/index.ts";
import { Optimizer } from "../../training/optimizers/optimizer.ts";
import type { Configured, Identifier } from "../../training/registry.ts";
import { headOf } from "../../model/head/head.ts";
import type { Network, Port } from "../../model/network.ts";
import { type MetricChoice, compileMetrics, inKerasWords } from "./compile-metrics.ts";
import type { Compiled, OutputLoss } from "./compiled.ts";
import { type PerOutput, perOutput } from "./per-output.ts";

/** What `model.compile` takes, in Keras' words. */
export interface CompileOptions {
  /** `"rmsprop"` by default, as in Keras. */
  optimizer?: OptimizerOption;
  /** One loss for all outputs, or one for each, in order or by output name. */
  loss: PerOutput<LossOption>;
  /** How much each output's loss counts; 1 by default. */
  lossWeights?: readonly number[] | Readonly<Record<string, number>>;
  /** `"accuracy"` and others; for several outputs, a list of lists or lists by output name. */
  metrics?: MetricChoice;
  /** Metrics that count sample and class weights; `metrics` do not. */
  weightedMetrics?: MetricChoice;
}

/**
 * Checks loss, metrics and optimizer against a network's outputs.
 *
 * @throws StriateError where they cannot belong together: a class loss over one unit learns nothing
 */
export function compile(network: Network, options: CompileOptions): Compiled {
  const optimizer = new Optimizer(options.optimizer ?? "rmsprop");
  const ports = network.outputs;
  const weights = perOutput(options.lossWeights, ports, "loss weight");
  const losses = perOutput(forAll(options.loss, ports), ports, "loss").map(
    (identifier, i): OutputLoss => {
      const port = ports[i]!;
      if (identifier === undefined)
        throw new StriateError(`no loss for output "${port.name}"; give one for each output`);
      const loss = parseLoss(identifier);
      checkHead(network, port, loss);
      const reduction = (loss.config.reduction as Reduction | undefined) ?? "sum_over_batch_size";
      return { ...loss, weight: weights[i] ?? 1, reduction };
    },
  );
  if (new Set(losses.map((loss) => loss.reduction)).size > 1)
    throw new StriateError("all losses of a model must have the same reduction");
  return {
    optimizer,
    losses,
    metrics: compileMetrics(options, ports, losses),
    notices: losses.flatMap((loss, i) => noticesOf(network, ports[i]!, loss)),
    serialized: {
      optimizer: optimizer.serialized,
      loss: losses.length === 1 ? losses[0]!.serialized : losses.map((loss) => loss.serialized),
      metrics: inKerasWords(options.metrics),
      weighted_metrics: inKerasWords(options.weightedMetrics),
      // In order, as the losses: beside a list Keras 3 sorts weights by name.
      loss_weights: options.lossWeights ? losses.map(({ weight }) => weight) : null,
    },
  };
}

/**
 * The graph value before the output's final sigmoid or softmax, where the loss wants to look through
 * it, as Keras does: through Identity alone. A softmax over another axis than the last is no class
 * distribution for the loss.
 */
export function logitsOf(
  network: Network,
  port: Port,
  { definition }: Pick<OutputLoss, "definition">,
): string | null {
  const { kind, direct, applied, axis, logits } = headOf(network, port);
  if (!definition.looksThrough || !direct || !applied) return null;
  const isSoftmax = kind === "softmax" && axis === port.shape.length - 1;
  return kind === "sigmoid" || isSoftmax ? logits : null;
}

function checkHead(network: Network, port: Port, { definition }: Configured<LossDefinition>): void {
  const units = port.shape.at(-1);
  const shape = formatShape(port.shape.map((length, i) => (i === 0 ? null : length)));
  if (units !== 1) return;
  if (definition.needsClasses)
    throw new StriateError(
      `loss ${definition.className}: output "${port.name}" has one unit, ${shape}, and a class loss ` +
        `over one unit learns nothing; use BinaryCrossentropy, or one unit for each class`,
    );
  if (headOf(network, port).kind === "softmax")
    throw new StriateError(
      `output "${port.name}", ${shape}: a softmax over one unit is always 1 and learns nothing; ` +
        `use a sigmoid, or one unit for each class`,
    );
}

function noticesOf(network: Network, port: Port, loss: OutputLoss): string[] {
  const through = logitsOf(network, port, loss);
  if (loss.config.from_logits !== true || through === null) return [];
  const activation = headOf(network, port).kind;
  return [
    `loss ${loss.definition.className} has fromLogits, but output "${port.name}" ends with a ` +
      `${activation}: the values before the ${activation} are taken, as in TensorFlow; ` +
      `leave fromLogits out, or the ${activation}`,
  ];
}

/** One loss that is given alone is that of every output. */
function forAll(loss: PerOutput<Identifier>, ports: readonly Port[]): PerOutput<Identifier> {
  const isOne = typeof loss === "string" || (!Array.isArray(loss) && "class_name" in loss);
  return isOne ? ports.map(() => loss as Identifier) : loss;
}
