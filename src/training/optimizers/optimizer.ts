import { StriateError } from "../../base/errors.ts";
import type { Formula } from "../../ops/facts/formula.ts";
import type { Serialized } from "../registry.ts";
import { learningRateAt } from "../schedules.ts";
import type { OptimizerDefinition, SlotSpec, Update, UpdateContext } from "./define-optimizer.ts";
import { optimizerRegistry } from "./index.ts";

/** How gradients are cut before the update; the first that is set counts, in this order, as in Keras. */
export interface Clipping {
  /** Largest L2 norm of each weight's gradient. */
  norm: number | null;
  /** Largest L2 norm of all gradients together. */
  globalNorm: number | null;
  /** Largest size of an element. */
  value: number | null;
}

/** An optimizer with its settings. It holds no state: slots and step count are the executor's. */
export class Optimizer {
  readonly className: string;
  /** As a Keras file keeps it. */
  readonly serialized: Serialized;
  readonly slots: readonly SlotSpec[];
  readonly clipping: Clipping;
  readonly #definition: OptimizerDefinition;
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #weightDecay: number;

  /**
   * @param identifier `"rmsprop"`, `optimizers.rmsprop({...})`, or what a Keras file holds
   * @throws StriateError for an unknown optimizer, a wrong value, or a feature that is not here
   */
  constructor(identifier: unknown) {
    const { definition, config, serialized } = optimizerRegistry.parse(withoutOldNames(identifier));
    if (config.use_ema === true || config.gradient_accumulation_steps)
      throw new StriateError(
        `optimizer "${definition.className}": use_ema and gradient_accumulation_steps are not ` +
          `supported; leave them out`,
      );
    this.className = definition.className;
    this.serialized = { ...serialized, config: { ...serialized.config } };
    // Only the optimizers of TensorFlow 2.0 to 2.10 have the word; Keras 3 refuses it.
    if (config.is_legacy_optimizer !== true) delete this.serialized.config.is_legacy_optimizer;
    this.slots = definition.slots(config);
    this.clipping = {
      norm: (config.clipnorm as number | null) || null,
      globalNorm: (config.global_clipnorm as number | null) || null,
      value: (config.clipvalue as number | null) || null,
    };
    this.#definition = definition;
    this.#config = config;
    this.#weightDecay = (config.weight_decay as number | null) ?? 0;
  }

  /** Whether the learning rate follows a schedule, so that nobody else may set it. */
  get scheduled(): boolean {
    return typeof this.#config.learning_rate !== "number";
  }

  /** The learning rate of the settings after `iteration` steps. */
  learningRateAt(iteration: number): number {
    return learningRateAt(this.#config.learning_rate as number | Serialized, iteration);
  }

  /**
   * The scalars that the update graph is fed with in one step.
   * @param iteration steps made before this one
   */
  scalars(learningRate: number, iteration: number): Record<string, number> {
    return {
      ...this.#definition.scalars(this.#config, learningRate, iteration),
      ...(this.#weightDecay === 0 ? {} : { decay: learningRate * this.#weightDecay }),
    };
  }

  /** Names of the scalars, without their values. */
  get scalarNames(): string[] {
    return Object.keys(this.scalars(1, 0));
  }

  /**
   * Writes the update of one weight, or of many laid end to end: it is elementwise. The gradient must
   * have regularisation added and be clipped already.
   */
  lower(values: Omit<UpdateContext<never>, "f" | "config">, f: Formula): Update {
    const weight =
      this.#weightDecay === 0
        ? values.weight
        : f.sub(values.weight, f.mul(values.weight, values.scalars.decay!));
    return this.#definition.lower({ ...values, weight, f, config: this.#config });
  }
}

/** Keras 1 and 2 said `lr`. */
function withoutOldNames(identifier: unknown): unknown {
  const { class_name, config } = (identifier ?? {}) as Partial<Serialized>;
  if (typeof config !== "object" || !("lr" in config)) return identifier;
  const { lr, ...rest } = config;
  return { class_name, config: { learning_rate: lr, ...rest } };
}
