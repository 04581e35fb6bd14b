import { sizeOf } from "../../../base/shape.ts";
import { float32 } from "../../../base/tensor.ts";
import type { GraphBuilder } from "../../builder.ts";
import type { GraphNode } from "../../graph.ts";
import { NCHWC } from "./nchwc-layout.ts";
import type { NchwcWriting } from "./nchwc-writing.ts";

/**
 * `a x + b` with one a and one b for each channel, not written yet. The blocked layout has no quick way
 * to broadcast along channels but a depthwise convolution of 1x1, which does all of it in one pass: a
 * chain of scales and shifts, a Relu behind, and the sum with another tensor.
 */
export interface Affine {
  /** The value that is scaled. */
  x: string;
  /** Values with one element for each channel; undefined where it is 1, or 0. */
  a: string | undefined;
  b: string | undefined;
}

/** The scales and shifts of a graph that wait for being written, by the value that they make. */
export class Affines {
  readonly #waiting = new Map<string, Affine>();

  /** Takes a scale or shift by one number for each channel, if the node is one; says whether it did. */
  take(c: NchwcWriting): boolean {
    const { node, facts, layouts } = c;
    const [output] = node.outputs as [string];
    const channels = facts.shape(output)?.[1];
    const operands = node.inputs.map((name, i) => ({ name, i, shape: facts.shape(name) }));
    const x = operands.find(({ name }) => layouts.isBlocked(name) && layouts.fits(name));
    const p = operands.find((operand) => operand !== x);
    if (!x || !p?.shape || operands.length !== 2 || !channels) return false;
    // One number for each channel, the same for all rows.
    if (sizeOf(p.shape) !== channels || p.shape.at(-3) !== channels) return false;
    if (sizeOf(facts.shape(x.name)!) !== sizeOf(facts.shape(output)!)) return false;
    const scaled = this.#scaled(c, x.name);
    const next = step(node, x.i === 0, p.name);
    if (next === undefined) return false;
    const affine = compose(new Small(c, channels), scaled, next);
    this.#waiting.set(output, affine);
    layouts.setPending(output, () => this.#write(c, affine, layouts.make(output), {}));
    return true;
  }

  /** Writes a Relu together with the scale that it follows. */
  takeRelu(c: NchwcWriting): boolean {
    const { node, facts, layouts } = c;
    const [x] = node.inputs as [string];
    const affine = facts.isReadOnce(x) ? this.#waiting.get(x) : undefined;
    if (affine === undefined) return false;
    this.#write(c, affine, layouts.make(node.outputs[0]!), { activation: "Relu" });
    return true;
  }

  /** Writes a sum of two tensors together with the scale of one of them. */
  takeSum(c: NchwcWriting): boolean {
    const { node, facts, layouts } = c;
    const shapes = node.inputs.map((name) => facts.shape(name));
    if (
      node.inputs.length !== 2 ||
      !shapes.every((shape) => shape && sizeOf(shape) === sizeOf(shapes[0]!))
    )
      return false;
    const waiting = node.inputs.find((name) => facts.isReadOnce(name) && this.#waiting.has(name));
    const other = node.inputs.find((name) => name !== waiting);
    if (waiting === undefined || other === undefined) return false;
    const sum = layouts.blocked(other);
    this.#write(c, this.#waiting.get(waiting)!, layouts.make(node.outputs[0]!), {}, sum);
    return true;
  }

  /** What waits behind a value that nobody else reads; else the value itself. */
  #scaled({ facts }: NchwcWriting, name: string): Affine {
    const waiting = facts.isReadOnce(name) ? this.#waiting.get(name) : undefined;
    return waiting ?? { x: name, a: undefined, b: undefined };
  }

  #write(
    c: NchwcWriting,
    { x, a, b }: Affine,
    output: string,
    attributes: Record<string, string>,
    sum?: string,
  ): string {
    const channels = c.facts.shape(x)![1]!;
    const small = new Small(c, channels);
    const weights = a === undefined ? small.ones() : small.shaped(a, [channels, 1, 1, 1]);
    const bias = b === undefined ? "" : small.shaped(b, [channels]);
    const inputs = [c.layouts.blocked(x), weights];
    if (bias !== "" || sum !== undefined) inputs.push(bias);
    if (sum !== undefined) inputs.push(sum);
    const options = { kernel_shape: [1, 1], group: channels, ...attributes };
    return c.b.op("Conv", inputs, options, { domain: NCHWC, outputs: [output] });
  }
}

/** What a node does to x: `x * p`, `x + p`. */
interface Step {
  a?: string;
  b?: string;
  /** Whether p is divided by, or taken off. */
  inverse?: boolean;
  /** `p - x` */
  negated?: boolean;
}

function step({ op }: GraphNode, isFirst: boolean, p: string): Step | undefined {
  if (op === "Mul") return { a: p };
  if (op === "Add" || op === "Sum") return { b: p };
  if (op === "Sub") return isFirst ? { b: p, inverse: true } : { b: p, negated: true };
  return op === "Div" && isFirst ? { a: p, inverse: true } : undefined;
}

function compose(small: Small, { x, a, b }: Affine, next: Step): Affine {
  if (next.a !== undefined) {
    const factor = small.column(next.a);
    const times = (value: string) => small.op(next.inverse ? "Div" : "Mul", [value, factor]);
    return { x, a: times(a ?? small.one()), b: b === undefined ? undefined : times(b) };
  }
  const shift = small.column(next.b!);
  if (next.negated)
    return {
      x,
      a: small.op("Neg", [a ?? small.one()]),
      b: b === undefined ? shift : small.op("Sub", [shift, b]),
    };
  if (next.inverse)
    return { x, a, b: b === undefined ? small.op("Neg", [shift]) : small.op("Sub", [b, shift]) };
  return { x, a, b: b === undefined ? shift : small.op("Add", [b, shift]) };
}

/** Writes arithmetic on vectors of channels: in the outer graph, if that is where all of it comes from. */
class Small {
  readonly #c: NchwcWriting;
  readonly #channels: number;

  constructor(c: NchwcWriting, channels: number) {
    this.#c = c;
    this.#channels = channels;
  }

  op(op: string, inputs: readonly string[]): string {
    return this.#place(inputs).op(op, inputs);
  }

  /** The value as a vector. */
  column(name: string): string {
    return this.shaped(this.#c.layouts.plain(name), [this.#channels]);
  }

  shaped(value: string, shape: readonly number[]): string {
    const b = this.#place([value]);
    return b.op("Reshape", [value, b.i64(shape)]);
  }

  one(): string {
    return this.#c.outer.f32([1]);
  }

  ones(): string {
    const shape = [this.#channels, 1, 1, 1];
    return this.#c.b.constant(
      // bounded: as many channels as a weight has
      float32(shape, new Float32Array(this.#channels).fill(1)),
      `ones${this.#channels}`,
    );
  }

  #place(inputs: readonly string[]): GraphBuilder {
    return inputs.every((name) => this.#c.isOuter(name)) ? this.#c.outer : this.#c.b;
  }
}
