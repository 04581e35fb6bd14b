import { sizeOf } from "../../../base/shape.ts";
import { type Tensor, reshape } from "../../../base/tensor.ts";
import { transpose } from "../../../base/transpose.ts";
import type { GraphBuilder } from "../../builder.ts";
import type { GraphFacts } from "../facts.ts";

/** How the weights of a convolution lie in memory, by the input that they meet. */
export type WeightOrder =
  /** Blocked input: `[M / b, C / b, kh, kw, b of C, b of M]`. */
  | "blocked"
  /** Plain input with fewer channels than a block: `[M / b, C, kh, kw, b of M]`. */
  | "plain"
  /** One filter for each channel of a blocked input: `[M / b, kh, kw, b of M]`. */
  | "depthwise";

/** Brings weights into the order that blocked convolutions want, in the outer graph and once for each order. */
export class BlockedWeights {
  readonly #facts: GraphFacts;
  readonly #b: GraphBuilder;
  readonly #block: number;
  readonly #made = new Map<string, string>();

  /** @param b writes into the outer graph */
  constructor(facts: GraphFacts, b: GraphBuilder, block: number) {
    this.#facts = facts;
    this.#b = b;
    this.#block = block;
  }

  /** Shape of a weight that the outer graph holds; undefined for other values. */
  shape(name: string): readonly number[] | undefined {
    return this.#facts.shape(name);
  }

  /** The reordered weight, a value of the outer graph under the same shape. */
  reordered(name: string, order: WeightOrder): string {
    const key = `${name}\n${order}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const shape = this.#facts.shape(name)!;
    const { cut, perm } = this.#plan(shape, order);
    const b = this.#b;
    const made = b.op("Reshape", [
      b.op("Transpose", [b.op("Reshape", [name, b.i64(cut)])], { perm }),
      b.i64(shape),
    ]);
    this.#made.set(key, made);
    return made;
  }

  /** A constant weight, reordered now. */
  reorderedTensor(value: Tensor, order: WeightOrder): Tensor {
    const { cut, perm } = this.#plan(value.shape, order);
    return { ...transpose(reshape(value, cut), perm), shape: value.shape };
  }

  #plan(shape: readonly number[], order: WeightOrder): { cut: number[]; perm: number[] } {
    const [outputs, inputs, ...space] = shape as [number, number, ...number[]];
    const [block, taps] = [this.#block, sizeOf(space)];
    const blocks = outputs / block;
    switch (order) {
      case "blocked":
        return { cut: [blocks, block, inputs / block, block, taps], perm: [0, 2, 4, 3, 1] };
      case "plain":
        return { cut: [blocks, block, inputs, taps], perm: [0, 2, 3, 1] };
      case "depthwise":
        return { cut: [blocks, block, taps], perm: [0, 2, 1] };
    }
  }
}
