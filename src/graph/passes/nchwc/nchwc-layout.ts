import { sizeOf } from "../../../base/shape.ts";
import { type Tensor, tensor } from "../../../base/tensor.ts";
import { transpose } from "../../../base/transpose.ts";
import type { GraphBuilder } from "../../builder.ts";
import { typeCode } from "../../protobuf/types.ts";
import type { GraphFacts } from "../facts.ts";

/** The operator domain of ONNX Runtime's blocked layout. */
export const NCHWC = "com.microsoft.nchwc";

/**
 * The two forms that a value may have while a graph is rewritten into a blocked layout: plain, and
 * blocked, `[N, C / block, H, W, block]` in memory under the declared shape `[N, C, H, W]`. What is
 * there in one form is brought into the other when somebody asks for it, once.
 */
export class Layouts {
  readonly facts: GraphFacts;
  readonly b: GraphBuilder;
  readonly block: number;
  readonly #plain = new Map<string, string>();
  readonly #blocked = new Map<string, string>();
  /** Values that are blocked, and written when somebody asks for them. */
  readonly #pending = new Map<string, () => string>();

  constructor(facts: GraphFacts, b: GraphBuilder, block: number) {
    this.facts = facts;
    this.b = b;
    this.block = block;
  }

  /** Whether the value can be blocked at all. */
  fits(name: string): boolean {
    const shape = this.facts.shape(name);
    return shape?.length === 4 && shape[1]! % this.block === 0;
  }

  /** Whether the value is there in blocked form only. */
  isBlocked(name: string): boolean {
    return (this.#blocked.has(name) || this.#pending.has(name)) && !this.#plain.has(name);
  }

  /** Says that the value is blocked, and how it is written once it is wanted. */
  setPending(name: string, write: () => string): void {
    this.#pending.set(name, write);
  }

  /** Says that the value is there in plain form, under its own name. */
  setPlain(name: string, as = name): void {
    this.#plain.set(name, as);
  }

  setBlocked(name: string, as: string): void {
    this.#blocked.set(name, as);
  }

  /** The value in plain form. */
  plain(name: string): string {
    const known = this.#plain.get(name);
    if (known !== undefined || !this.isBlocked(name)) return known ?? name;
    const source = this.blocked(name);
    const channels = this.facts.shape(name)![1]!;
    const plain = this.#throughFloats(name, source, (value) =>
      this.b.op("ReorderOutput", [value], { channels }, { domain: NCHWC }),
    );
    this.#plain.set(name, plain);
    this.#declare(plain, name);
    return plain;
  }

  /** The value in blocked form. */
  blocked(name: string): string {
    const known = this.#blocked.get(name);
    if (known !== undefined) return known;
    const pending = this.#pending.get(name);
    const constant = this.facts.constant(name);
    const blocked = pending
      ? pending()
      : constant
        ? this.b.constant(this.blockedTensor(constant), `${name}/blocked`)
        : this.#throughFloats(name, this.plain(name), (value) =>
            this.b.op("ReorderInput", [value], {}, { domain: NCHWC }),
          );
    this.#blocked.set(name, blocked);
    this.#declare(blocked, name);
    return blocked;
  }

  /** A constant `[N, C, H, W]` in blocked form, under the same shape. */
  blockedTensor(value: Tensor): Tensor {
    const [n, c, ...space] = value.shape as [number, number, ...number[]];
    const cut = tensor(
      value.type,
      [n, c / this.block, this.block, sizeOf(space)],
      value.data as never,
    );
    return { ...transpose(cut, [0, 1, 3, 2]), shape: value.shape };
  }

  /** A fresh name for the blocked form of a value, which is thereby there. */
  make(name: string): string {
    const made = this.b.fresh(`${name}/blocked`);
    this.setBlocked(name, made);
    this.#declare(made, name);
    return made;
  }

  /** Says of another form of a value what is known of the value: in both its shape is the same. */
  #declare(made: string, name: string): void {
    const shape = this.facts.shape(name);
    if (shape) this.b.graph.values.set(made, { type: this.facts.type(name), shape });
  }

  /** Reorders exist for float32 only: other types go there and back. */
  #throughFloats(name: string, value: string, reorder: (value: string) => string): string {
    const type = this.facts.type(name);
    if (type === "float32") return reorder(value);
    const cast = (from: string, to: "float32" | typeof type) =>
      this.b.op("Cast", [from], { to: typeCode(to) });
    return cast(reorder(cast(value, "float32")), type);
  }
}
