import { StriateError } from "../base/errors.ts";
import { formatShape } from "../base/shape.ts";
import { producers } from "../graph/traverse.ts";
import type { LossDefinition, Reduction } from "../layers/training/losses/define-loss.ts";
import { parseLoss } from "../layers/training/losses/index.ts";
import { metricRegistry } from "../layers/training/metrics/index.ts";
import { Metric, accuracyFor } from "../layers/training/metrics/metric.ts";
import { Optimizer } from "../layers/training/optimizers/optimizer.ts";
import type { Configured, Identifier } from "../layers/training/registry.ts";
import type { Network, NetworkLayer, Port } from "../model/network.ts";

/** What `model.compile` takes, in Keras' words. */
export interface CompileOptions {
  /** `"rmsprop"` by default, as in Keras. */
  optimizer?: Identifier;
  /** One loss, or one for each output, in order or by output name. */
  loss: Identifier | readonly Identifier[] | Readonly<Record<string, Identifier>>;
  /** How much each output's loss counts; 1 by default. */
  lossWeights?: readonly number[] | Readonly<Record<string, number>>;
  /** `"accuracy"` and others; for several outputs, a list of lists or lists by output name. */
  metrics?: MetricChoice;
  /** Metrics that count sample and class weights; `metrics` do not. */
  weightedMetrics?: MetricChoice;
}
export type MetricChoice =
  | readonly Identifier[]
  | readonly (readonly Identifier[])[]
  | Readonly<Record<string, readonly Identifier[]>>;

/** The loss of one output. */
export interface OutputLoss extends Configured<LossDefinition> {
  weight: number;
  reduction: Reduction;
}

/** A metric of one output. */
export interface OutputMetric {
  output: number;
  metric: Metric;
  weighted: boolean;
}

/** A network with everything that training it needs to know. */
export interface Compiled {
  optimizer: Optimizer;
  /** By output. */
  losses: readonly OutputLoss[];
  metrics: readonly OutputMetric[];
  /** What the user should know, once. */
  notices: readonly string[];
  /** The options as Keras' JSON, for files. */
  serialized: Record<string, unknown>;
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
  const losses = perOutput(options.loss, ports, "loss").map((identifier, i): OutputLoss => {
    const port = ports[i]!;
    if (identifier === undefined)
      throw new StriateError(`no loss for output "${port.name}"; give one for each output`);
    const loss = parseLoss(identifier);
    checkHead(network, port, loss);
    const reduction = (loss.config.reduction as Reduction | undefined) ?? "sum_over_batch_size";
    return { ...loss, weight: weights[i] ?? 1, reduction };
  });
  if (new Set(losses.map((loss) => loss.reduction)).size > 1)
    throw new StriateError("all losses of a model must have the same reduction");
  return {
    optimizer,
    losses,
    metrics: [
      ...metricsOf(options.metrics, ports, losses, false),
      ...metricsOf(options.weightedMetrics, ports, losses, true),
    ],
    notices: [
      ...losses.flatMap((loss, i) => noticesOf(network, ports[i]!, loss)),
      ...network.layers.flatMap(ignoredBy),
    ],
    serialized: {
      optimizer: optimizer.serialized,
      loss: losses.length === 1 ? losses[0]!.serialized : losses.map((loss) => loss.serialized),
      metrics: inKerasWords(options.metrics),
      weighted_metrics: inKerasWords(options.weightedMetrics),
      loss_weights: options.lossWeights ?? null,
    },
  };
}

/**
 * The graph value before the output's final sigmoid or softmax, where the loss wants to look through
 * it, as Keras does. A softmax over another axis than the last is no class distribution for the loss.
 */
export function logitsOf(
  network: Network,
  port: Port,
  { definition }: Pick<OutputLoss, "definition">,
): string | null {
  if (!definition.looksThrough) return null;
  const node = finalNode(network, port);
  if (node?.op !== definition.looksThrough) return null;
  return node.op === "Softmax" && !isOverLastAxis(node.attributes.axis, port)
    ? null
    : node.inputs[0]!;
}

/** The node that makes an output, seen through Identity. */
function finalNode(network: Network, port: Port) {
  const made = producers(network.graph);
  let node = made.get(port.value);
  while (node?.op === "Identity") node = made.get(node.inputs[0]!);
  return node;
}

function isOverLastAxis(attribute: { value: unknown } | undefined, port: Port): boolean {
  const rank = port.shape.length;
  const axis = typeof attribute?.value === "number" ? attribute.value : -1;
  return port.order[axis < 0 ? axis + rank : axis] === rank - 1;
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
  if (finalNode(network, port)?.op === "Softmax")
    throw new StriateError(
      `output "${port.name}", ${shape}: a softmax over one unit is always 1 and learns nothing; ` +
        `use a sigmoid, or one unit for each class`,
    );
}

function noticesOf(network: Network, port: Port, loss: OutputLoss): string[] {
  const through = logitsOf(network, port, loss);
  if (loss.config.from_logits !== true || through === null) return [];
  const activation = loss.definition.looksThrough!.toLowerCase();
  return [
    `loss ${loss.definition.className} has fromLogits, but output "${port.name}" ends with a ` +
      `${activation}: the values before the ${activation} are taken, as in TensorFlow; ` +
      `leave fromLogits out, or the ${activation}`,
  ];
}

/** Settings of a layer that change a training in Keras and are not known here. */
function ignoredBy({ address, className, config }: NetworkLayer): string[] {
  const ignored = Object.entries(config).filter(
    ([key, value]) => /(_constraint|^activity_regularizer)$/.test(key) && value !== null,
  );
  return ignored.map(
    ([key]) =>
      `${className} "${address}": its ${key} is not applied while training; Keras does apply it`,
  );
}

/** Sorts a choice by output: one for the only output, a list in order, or a record by name. */
function perOutput<T>(
  choice: T | readonly T[] | Readonly<Record<string, T>> | undefined,
  ports: readonly Port[],
  what: string,
): (T | undefined)[] {
  if (choice === undefined) return ports.map(() => undefined);
  if (Array.isArray(choice)) {
    if (choice.length !== ports.length)
      throw new StriateError(
        `expected a ${what} for each of the ${ports.length} outputs, got ${choice.length}`,
      );
    return choice as T[];
  }
  if (typeof choice === "object" && choice !== null && !("class_name" in choice)) {
    const record = choice as Readonly<Record<string, T>>;
    const names = ports.map((port) => port.name);
    const wrong = Object.keys(record).find((name) => !names.includes(name));
    if (wrong !== undefined)
      throw new StriateError(
        `${what} for "${wrong}": the model has no such output; its outputs are ${names.join(", ")}`,
      );
    return names.map((name) => record[name]);
  }
  if (ports.length > 1)
    throw new StriateError(
      `the model has ${ports.length} outputs; give a ${what} for each: ${ports.map((port) => port.name).join(", ")}`,
    );
  return [choice as T];
}

/** Metrics as Keras spells them, at any depth: `binaryAccuracy` is `binary_accuracy` there. */
function inKerasWords(choice: unknown): unknown {
  if (choice === undefined || choice === null) return null;
  if (Array.isArray(choice)) return choice.map(inKerasWords);
  if (typeof choice === "object" && !("class_name" in choice))
    return Object.fromEntries(
      Object.entries(choice).map(([output, metrics]) => [output, inKerasWords(metrics)]),
    );
  if (typeof choice !== "string" || isAccuracy(choice)) return choice;
  const { className, aliases = [], name } = metricRegistry.parse(choice).definition;
  return [className, ...aliases].includes(choice) ? choice : name;
}

const isAccuracy = (identifier: unknown): identifier is string =>
  typeof identifier === "string" && /^acc(uracy)?$/i.test(identifier);

function metricsOf(
  choice: MetricChoice | undefined,
  ports: readonly Port[],
  losses: readonly OutputLoss[],
  weighted: boolean,
): OutputMetric[] {
  const nested = Array.isArray(choice) && !Array.isArray(choice[0]) ? [choice] : choice;
  const lists = perOutput(nested as readonly (readonly Identifier[])[], ports, "list of metrics");
  return lists.flatMap((list, output) =>
    (list ?? []).map((identifier) => {
      const port = ports[output]!;
      const sparse = losses[output]!.definition.targets === "classes";
      const auto = isAccuracy(identifier);
      const resolved = auto ? accuracyFor(Number(port.shape.at(-1)), sparse) : identifier;
      const own = new Metric(resolved, auto ? identifier : undefined);
      const name = ports.length > 1 ? `${port.name}_${own.name}` : own.name;
      return { output, weighted, metric: new Metric(resolved, name) };
    }),
  );
}
