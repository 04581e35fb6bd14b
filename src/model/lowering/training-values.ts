import { StriateError } from "../../base/errors.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import type { KerasShape, RandomInput, SymbolicTensor } from "../../layers/define-layer.ts";
import type { Activity } from "../network.ts";
import { dimsOf } from "./lowered-layers.ts";

/** What only a training asks a layer for: numbers drawn anew each step, penalties, weights moved by no gradient. */
export class TrainingValues {
  readonly random: RandomInput[] = [];
  /** Values put out for a weight, by the weight's path: a moving average. */
  readonly updates = new Map<string, string>();
  readonly activities: Activity[] = [];
  readonly #b: GraphBuilder;
  /** Lengths of the sequences whose steps stand in the batch, inside TimeDistributed. */
  #steps: readonly (number | null)[] = [];

  constructor(b: GraphBuilder) {
    this.#b = b;
  }

  /** Does work in which the steps of a sequence stand in the batch. */
  withSteps<T>(steps: number | null, work: () => T): T {
    const around = this.#steps;
    this.#steps = [...around, steps];
    const result = work();
    this.#steps = around;
    return result;
  }

  /** Adds the penalty of a regularizer on a layer's values; none for null. */
  penalize(x: SymbolicTensor, regularizer: unknown): void {
    if (regularizer === null || regularizer === undefined) return;
    const { value, order } = x;
    const batchAxis = order.indexOf(0);
    const hasSteps = this.#steps.length > 0;
    this.activities.push({ value, rank: order.length, batchAxis, hasSteps, regularizer });
  }

  /**
   * An input that is drawn anew for each step of a training.
   *
   * @param shape in the graph's layout, the batch first
   * @returns its value, of that shape
   * @throws StriateError inside a sequence of unknown length
   */
  draw(
    distribution: RandomInput["distribution"],
    rate: number,
    shape: KerasShape,
    address: string,
  ): string {
    const name = this.#b.fresh(`${address}/random`);
    const [batch, ...rest] = shape;
    const whole = batch === null ? [null, ...this.#knownSteps(), ...rest] : shape;
    this.#b.input(name, dimsOf(whole));
    this.random.push({ value: name, shape: whole, distribution, rate });
    if (whole.length === shape.length) return name;
    return this.#b.op("Reshape", [name, this.#b.i64([-1, ...(rest as number[])])]);
  }

  #knownSteps(): number[] {
    return this.#steps.map((steps) => {
      if (steps === null)
        throw new StriateError(
          "needs sequences of known length in training, to draw for each step",
        );
      return steps;
    });
  }
}
