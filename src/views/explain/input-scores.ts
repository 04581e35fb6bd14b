import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import type { ExplainContext } from "./explain-context.ts";
import { repeated, rowsWithin } from "./input-gradient.ts";
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
    const { port, value } = this.input;
    const { terms } = target.resolved;
    const size = toFloat32(value).data.length;
    const fixed = port.shape[0];
    // While it runs a network holds some dozens of times its input.
    const most = typeof fixed === "number" ? fixed : rowsWithin(context.memory, size * 4 * 40, 32);
    const scores = new Float64Array(count);
    const batch = new Float32Array(Math.min(most, count) * size);
    for (let start = 0; start < count; start += most) {
      context.throwIfStopped();
      const n = Math.min(most, count - start);
      for (let i = 0; i < n; i++) write(start + i, batch.subarray(i * size, (i + 1) * size));
      const rows = typeof fixed === "number" ? fixed : n;
      const x = float32([rows, ...value.shape.slice(1)], batch.subarray(0, rows * size));
      const values = await running.run(
        repeated({ ...photo.inputs, [port.name]: x }, rows),
        terms.map((term) => term.value),
      );
      scores.set(target.resolved.score(values).subarray(0, n), start);
      context.progress((start + n) / count, `${start + n} of ${count} ${words}`);
    }
    return scores;
  }
}
