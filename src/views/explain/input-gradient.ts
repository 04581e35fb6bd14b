import { type Tensor, float32, reshape, toFloat32 } from "../../base/tensor.ts";
import { sizeOf } from "../../base/shape.ts";
import type { RuleSet } from "../../gradient/rule-sets.ts";
import type { GradientQuery, GradientResult } from "../../model/gradients/gradient-query.ts";
import { toUser } from "../../model/network.ts";
import type { RowSource } from "../../model/rows.ts";
import type { PhotoSubject } from "../subject.ts";
import type { ExplainContext } from "./explain-context.ts";
import { type ExplainedInput, channelsLast, explainedInput } from "./input-plane.ts";

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
    const { running, photo, context, target } = this.#given;
    const { memory } = context;
    // What the network says of the photo comes in the same run.
    const query = { ...this.#query, values: target.unheard };
    const { gradients, values } = await running.gradients(photo.inputs, query, { memory });
    target.hear(values);
    const { port, value, channels } = this.input;
    // Of a network that takes one picture and no batch it has none either.
    return channelsLast(reshape(toUser(gradients[0]!, port), value.shape), channels);
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
    const { port } = this.input;
    const source = inputVariants(photo, this.input, count, write);
    const size = this.values.data.length;
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

/**
 * Variants of a photo as rows that are made as they are needed; other inputs stay what they are.
 *
 * @param write fills a variant, in the input's own layout
 */
export function inputVariants(
  photo: PhotoSubject,
  { port, value }: ExplainedInput,
  count: number,
  write: (index: number, into: Float32Array) => void,
): RowSource {
  const [, ...shape] = value.shape;
  const size = sizeOf(shape);
  return {
    rows: count,
    like: photo.inputs,
    feeds: (start, rows) => {
      const batch = new Float32Array(rows * size);
      for (let i = 0; i < rows; i++) write(start + i, batch.subarray(i * size, (i + 1) * size));
      return repeated({ ...photo.inputs, [port.name]: float32([rows, ...shape], batch) }, rows);
    },
  };
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
