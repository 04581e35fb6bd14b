import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import type { RuleSet } from "../../gradient/rule-sets.ts";
import type { GradientQuery, GradientResult } from "../../model/gradients/gradient-query.ts";
import { toUser } from "../../model/network.ts";
import type { RowSource } from "../../model/rows.ts";
import type { ExplainContext } from "./explain-context.ts";
import { type ExplainedInput, channelsLast, explainedInput } from "./input-plane.ts";

/** How many rows a run may have, so that the values of its forward and backward pass fit the budget. */
export function rowsWithin(memory: number, bytesOfRow: number, most = 64): number {
  return Math.max(1, Math.min(most, Math.floor(memory / Math.max(1, bytesOfRow))));
}

/** A target's gradient by the photo, for variants of the photo. */
export class InputGradient {
  readonly input: ExplainedInput;
  /** The photo's own numbers, `(height, width, channels)`. */
  readonly values: Tensor<"float32">;
  readonly #given: ExplainContext;
  readonly #rules: RuleSet | undefined;

  constructor(given: ExplainContext, rules?: RuleSet) {
    const { running, photo } = given;
    this.#given = given;
    this.#rules = rules;
    this.input = explainedInput(running.network, photo);
    this.values = channelsLast(this.input.value, this.input.channels);
  }

  /** ds/dx of the photo itself, signed, for each colour: `(height, width, channels)`. */
  async ofPhoto(): Promise<Tensor<"float32">> {
    const { running, photo, context } = this.#given;
    const { memory } = context;
    const { gradients } = await running.gradients(photo.inputs, this.#query, { memory });
    return channelsLast(toUser(gradients[0]!, this.input.port), this.input.channels);
  }

  /**
   * The gradient at variants of the photo, one after the other.
   *
   * @param count how many
   * @param write fills a variant, in the input's own layout
   * @param take gets the gradient there, in the input's own layout
   */
  async each(
    count: number,
    write: (index: number, into: Float32Array) => void,
    take: (index: number, gradient: Float32Array, score: number) => void,
  ): Promise<void> {
    const { context, running, photo, target } = this.#given;
    const { value, port } = this.input;
    const size = toFloat32(value).data.length;
    const source: RowSource = {
      rows: count,
      like: photo.inputs,
      feeds: (start, rows) => {
        const batch = new Float32Array(rows * size);
        for (let i = 0; i < rows; i++) write(start + i, batch.subarray(i * size, (i + 1) * size));
        const x = float32([rows, ...value.shape.slice(1)], batch);
        return repeated({ ...photo.inputs, [port.name]: x }, rows);
      },
    };
    const part = (result: GradientResult, start: number, rows: number) => {
      const gradients = toFloat32(toUser(result.gradients[0]!, port)).data;
      const scores = target.resolved.score(result.values);
      for (let i = 0; i < rows; i++)
        take(start + i, gradients.subarray(i * size, (i + 1) * size), scores[i]!);
    };
    await running.eachGradient(source, this.#query, part, {
      memory: context.memory,
      throwIfStopped: () => context.throwIfStopped(),
      onRows: (done) => context.progress(done / count, `${done} of ${count} gradients`),
    });
  }

  get #query(): GradientQuery {
    const { terms } = this.#given.target.resolved;
    return {
      of: terms,
      wrt: [this.input.port.value],
      values: terms.map(({ value }) => value),
      rules: this.#rules,
    };
  }
}

/** Feeds for several rows: what there is once stands in every row. */
export function repeated(
  feeds: Readonly<Record<string, Tensor>>,
  rows: number,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, value]) => {
      if (value.shape[0] === rows || rows === 1) return [name, value];
      const { data } = toFloat32(value);
      const all = new Float32Array(data.length * rows);
      for (let row = 0; row < rows; row++) all.set(data, row * data.length);
      return [name, float32([rows, ...value.shape.slice(1)], all)];
    }),
  );
}
