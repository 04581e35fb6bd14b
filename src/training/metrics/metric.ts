import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import type { Serialized } from "../registry.ts";
import type { MetricBatch, MetricDefinition } from "./define-metric.ts";
import { metricRegistry } from "./index.ts";

/** A metric that counts. */
export class Metric {
  /** The key in logs and history. */
  readonly name: string;
  /** `up`: more is better. */
  readonly direction: "up" | "down";
  readonly serialized: Serialized;
  readonly #definition: MetricDefinition;
  readonly #config: Readonly<Record<string, unknown>>;
  #state: Float64Array;

  /**
   * @param identifier a name or a serialized metric; `"accuracy"` must be resolved before
   * @param name the key; by default the metric's own name, or the name as the user wrote it
   */
  constructor(identifier: unknown, name?: string) {
    const { definition, config, serialized } = metricRegistry.parse(identifier);
    this.name =
      name ??
      (config.name as string | null) ??
      (typeof identifier === "string" ? identifier : definition.name);
    this.direction = definition.direction;
    this.serialized = serialized;
    this.#definition = definition;
    this.#config = config;
    this.#state = new Float64Array(checkedLength(definition.size(config), "counts"));
  }

  /** The same metric with nothing counted. */
  fresh(): Metric {
    return new Metric(this.serialized, this.name);
  }

  /** Counts some rows. */
  update(batch: MetricBatch): void {
    const { targets, className } = this.#definition;
    if (targets === "values" && batch.sparse)
      throw new StriateError(
        `metric "${this.name}" (${className}): expected labels in the shape of the output ` +
          `(${batch.units} units), got class numbers; use one-hot labels or a sparse metric`,
      );
    if (targets === "classes" && !batch.sparse)
      throw new StriateError(
        `metric "${this.name}" (${className}): expected class numbers, got labels of ` +
          `${batch.units} units; use the metric without "sparse"`,
      );
    this.#definition.update(this.#config, this.#state, batch);
  }

  result(): number {
    return this.#definition.result(this.#config, this.#state);
  }

  reset(): void {
    this.#state.fill(0);
  }

  /** Everything that was counted, to be stored in a checkpoint. */
  get state(): number[] {
    return [...this.#state];
  }

  set state(numbers: readonly number[]) {
    if (numbers.length !== this.#state.length)
      throw new StriateError(
        `metric "${this.name}": expected a state of ${this.#state.length} numbers, got ${numbers.length}`,
      );
    this.#state = Float64Array.from(numbers);
  }
}

/**
 * The metric class that "accuracy" stands for, by the shapes of output and label, as Keras chooses it.
 *
 * @param units length of the output's last axis
 * @param sparse whether the label has no such axis, or one of length 1
 */
export function accuracyFor(units: number, sparse: boolean): string {
  if (units === 1) return "BinaryAccuracy";
  return sparse ? "SparseCategoricalAccuracy" : "CategoricalAccuracy";
}
