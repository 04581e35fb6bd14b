import { StriateError } from "../../base/errors.ts";
import { type MetricOption, metricRegistry } from "../../training/metrics/index.ts";
import { Metric, accuracyFor } from "../../training/metrics/metric.ts";
import type { Identifier } from "../../training/registry.ts";
import type { Port } from "../../model/network.ts";
import type { OutputLoss, OutputMetric } from "./compiled.ts";
import { type PerOutput, perOutput } from "./per-output.ts";

/** Metrics of one output; null for none. */
export type MetricList = MetricOption | readonly MetricOption[] | null;

/** For one output a list of metrics; for several, a list or a record of such lists. */
export type MetricChoice =
  readonly (MetricList | undefined)[] | Readonly<Record<string, MetricList>>;

/**
 * The metrics of all outputs, named as Keras names them: behind the output's name where there are
 * several; `weighted_accuracy` where `accuracy` is there already.
 */
export function compileMetrics(
  choices: { metrics?: MetricChoice; weightedMetrics?: MetricChoice },
  ports: readonly Port[],
  losses: readonly OutputLoss[],
): OutputMetric[] {
  const taken = new Set<string>();
  const nameOf = (own: string, port: Port, weighted: boolean): string => {
    const ofOutput = (name: string) => (ports.length > 1 ? `${port.name}_${name}` : name);
    const plain = ofOutput(own);
    const base = weighted && taken.has(plain) ? ofOutput(`weighted_${own}`) : plain;
    let name = base;
    for (let count = 1; taken.has(name); count++) name = `${base}_${count}`;
    taken.add(name);
    return name;
  };
  const of = (choice: MetricChoice | undefined, weighted: boolean): OutputMetric[] =>
    metricLists(choice, ports).flatMap((list, output) =>
      list.map((identifier) => {
        const port = ports[output]!;
        const sparse = losses[output]!.definition.targets === "classes";
        const auto = isAccuracy(identifier);
        const resolved = auto ? accuracyFor(Number(port.shape.at(-1)), sparse) : identifier;
        const own = new Metric(resolved, auto ? identifier : undefined);
        return { output, weighted, metric: new Metric(resolved, nameOf(own.name, port, weighted)) };
      }),
    );
  return [...of(choices.metrics, false), ...of(choices.weightedMetrics, true)];
}

/** The metrics by output. A flat list is that of the only output, or has one metric for each. */
function metricLists(choice: MetricChoice | undefined, ports: readonly Port[]): Identifier[][] {
  const listOf = (given: unknown): Identifier[] =>
    [given].flat(2).filter((each) => each !== null && each !== undefined) as Identifier[];
  if (ports.length === 1 && Array.isArray(choice)) return [listOf(choice)];
  if (Array.isArray(choice) && choice.length !== ports.length)
    throw new StriateError(
      `metrics: the model has ${ports.length} outputs, got a list of ${choice.length}; give a list of ` +
        `lists, or lists by output name: ${ports.map((port) => port.name).join(", ")}`,
    );
  return perOutput(choice as PerOutput<MetricList>, ports, "list of metrics").map(listOf);
}

/** Metrics as Keras spells them, at any depth: `binaryAccuracy` is `binary_accuracy` there. */
export function inKerasWords(choice: unknown): unknown {
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
