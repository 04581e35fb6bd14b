import type { Tensor } from "../../base/tensor.ts";
import type { ExplainContext } from "./explain-context.ts";
import { inputVariants } from "./input-gradient.ts";
import { type ExplainedInput, channelsLast, explainedInput } from "./input-plane.ts";

/** A target's score for variants of the photo, without gradients: it works for whatever runs. */
export class InputScores {
  readonly input: ExplainedInput;
  /** The photo's own numbers, `(height, width, channels)`. */
  readonly values: Tensor<"float32">;
  readonly #given: ExplainContext;

  constructor(given: ExplainContext) {
    this.#given = given;
    this.input = explainedInput(given.running.network, given.photo);
    this.values = channelsLast(this.input.value, this.input.channels);
  }

  /**
   * The scores of variants, in batches within the memory budget.
   *
   * @param write fills a variant, in the input's own layout
   * @param words what is counted, for the progress: `masks`
   */
  async each(
    count: number,
    write: (index: number, into: Float32Array) => void,
    words: string,
  ): Promise<Float64Array> {
    const { context, running, photo, target } = this.#given;
    const source = inputVariants(photo, this.input, count, write);
    const scores = new Float64Array(count);
    const values = target.resolved.terms.map((term) => term.value);
    const take = (part: Tensor[], start: number, rows: number) =>
      scores.set(target.resolved.score(part).subarray(0, rows), start);
    await running.eachRow(source, values, take, {
      memory: context.memory,
      throwIfStopped: () => context.throwIfStopped(),
      onRows: (done) => context.progress(done / count, `${done} of ${count} ${words}`),
    });
    return scores;
  }
}
