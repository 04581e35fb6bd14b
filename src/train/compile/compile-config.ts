import type { OpenedModel } from "../../formats/format.ts";
import { metricRegistry } from "../../training/metrics/index.ts";
import type { Identifier } from "../../training/registry.ts";
import type { CompileOptions } from "./compile.ts";
import type { MetricChoice } from "./compile-metrics.ts";

/**
 * The compile options that a Keras file was saved with. Metrics of the author's own are left out: the
 * model trains without them.
 *
 * @param opened with the file's `compile_config` (Keras 3) or `training_config` (Keras 1 and 2), and
 * its optimizer, whose settings tell today's optimizers from those of old
 * @returns undefined where the file names no loss
 */
export function compileOptionsOf({
  compile: config,
  optimizer: kept,
}: Pick<OpenedModel, "compile" | "optimizer">): CompileOptions | undefined {
  if (!config || config.loss === null || config.loss === undefined) return undefined;
  const said = (config.optimizer ?? config.optimizer_config) as Identifier | undefined;
  const optimizer = kept ? { class_name: kept.className, config: kept.config } : said;
  return {
    ...(optimizer && { optimizer }),
    loss: config.loss as CompileOptions["loss"],
    ...given(config, "loss_weights", "lossWeights", (value) => value),
    ...given(config, "metrics", "metrics", knownMetrics),
    ...given(config, "weighted_metrics", "weightedMetrics", knownMetrics),
  };
}

function given(
  config: Readonly<Record<string, unknown>>,
  key: string,
  option: string,
  parse: (value: unknown) => unknown,
): Record<string, unknown> {
  const value = config[key];
  const empty = value === null || value === undefined || (Array.isArray(value) && !value.length);
  return empty ? {} : { [option]: parse(value) };
}

/** The metrics that are known, in the structure that they came in. */
function knownMetrics(value: unknown): MetricChoice {
  // Null, not nothing: a list may have a place for each output.
  if (Array.isArray(value))
    return value.map((each: unknown) =>
      Array.isArray(each) ? knownMetrics(each) : isKnown(each) ? each : null,
    ) as MetricChoice;
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([output, list]) => [
        output,
        knownMetrics(Array.isArray(list) ? list : [list]),
      ]),
    ) as MetricChoice;
  return isKnown(value) ? [value as Identifier] : [];
}

function isKnown(identifier: unknown): boolean {
  if (typeof identifier === "string" && /^acc(uracy)?$/i.test(identifier)) return true;
  try {
    metricRegistry.parse(identifier);
    return true;
  } catch {
    return false;
  }
}
