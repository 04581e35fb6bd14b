import { sameShape, sizeOf } from "../../base/shape.ts";
import { type DataType, type Tensor, zeros } from "../../base/tensor.ts";
import { attribute } from "../../graph/attributes.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import type { GraphNode } from "../../graph/graph.ts";
import type { GraphFacts } from "../../graph/passes/facts.ts";
import { isRepeated } from "../../ops/facts/rows.ts";
import { type RowAxes, rowFacts, shapeOfPart } from "./row-axes.ts";

/**
 * Writes nodes of a graph for a whole batch into one that runs on a part of it: lengths change, and
 * constants that speak of them. The numbers of the part's rows stay.
 */
export class PartWriter {
  readonly #b: GraphBuilder;
  readonly #facts: GraphFacts;
  readonly #axes: RowAxes;
  readonly #size: number;
  readonly #prefix: string;
  readonly #keepsNames: boolean;
  /** The part's name of each value of the whole graph. */
  readonly #names = new Map<string, string>();

  /**
   * @param size rows of the part
   * @param prefix of names in the part
   * @param names `"inner"`: values get names of their own, in the body of a loop; `"same"`: the part
   * stands for the whole, names and constants and all
   */
  constructor(
    b: GraphBuilder,
    facts: GraphFacts,
    axes: RowAxes,
    size: number,
    prefix: string,
    names: "inner" | "same" = "inner",
  ) {
    this.#b = b;
    this.#facts = facts;
    this.#axes = axes;
    this.#size = size;
    this.#prefix = prefix;
    this.#keepsNames = names === "same";
  }

  /** Makes a value an input of the part. */
  declare(name: string, inner = this.#prefix + name): void {
    this.#b.input(inner, this.#shape(name), this.#facts.type(name));
    this.#names.set(name, inner);
  }

  /** Has a value read under another name from now on. */
  rename(name: string, inner: string): void {
    this.#names.set(name, inner);
  }

  /** Makes a value an output of the part. */
  result(name: string): void {
    this.#b.output(this.#names.get(name)!, this.#shape(name), this.#facts.type(name));
  }

  /** Writes a node; of a sum over rows, the share of the part. */
  write(node: GraphNode): void {
    if (!this.#keepsNames && (this.#isTrivialShift(node) || this.#isTrivialTranspose(node))) return;
    const inputs = node.inputs.map((name, i) => this.#input(node, name, i));
    const outputs = node.outputs.map((name) => this.#make(name));
    this.#b.graph.nodes.push({ ...node, inputs, outputs });
  }

  /** Row numbers that are all 0 need not be added. */
  #isTrivialShift(node: GraphNode): boolean {
    if (this.#size > 1 || node.op !== "Add") return false;
    const shift = node.inputs.findIndex((name) => {
      const value = this.#facts.constant(name);
      return value !== undefined && this.#rowNumbers(node, value) !== undefined;
    });
    if (shift < 0) return false;
    this.#names.set(node.outputs[0]!, this.#input(node, node.inputs[1 - shift]!, 1 - shift));
    return true;
  }

  /** A transposition that moves only axes of length 1, as that of a single row, moves no data. */
  #isTrivialTranspose(node: GraphNode): boolean {
    if (node.op !== "Transpose") return false;
    const shape = this.#shape(node.inputs[0]!);
    const reversed = shape.map((_, axis) => shape.length - 1 - axis);
    const moved = attribute(node, "perm", "ints", reversed).filter((axis) => shape[axis] !== 1);
    if (moved.some((axis, i) => i > 0 && axis < moved[i - 1]!)) return false;
    const target = this.#b.i64(this.#shape(node.outputs[0]!));
    const inputs = [this.#input(node, node.inputs[0]!, 0), target];
    this.#b.op("Reshape", inputs, {}, { outputs: [this.#make(node.outputs[0]!)] });
    return true;
  }

  /** Writes a sum over rows, added to that of the parts before: `before` is declared under its name. */
  writeSum(node: GraphNode): void {
    const [name] = node.outputs as [string];
    const before = this.#names.get(name)!;
    const inputs = node.inputs.map((input, i) => this.#input(node, input, i));
    if (node.op === "Gemm") {
      // Gemm adds by itself.
      const [a, b] = inputs as [string, string];
      this.#b.graph.nodes.push({
        ...node,
        inputs: [a, b, before],
        outputs: [this.#make(name)],
      });
      return;
    }
    const share = this.#b.fresh(`${name}/share`);
    this.#b.graph.nodes.push(this.#sumOfPart(node, inputs, share));
    this.#b.graph.values.set(share, {
      type: this.#facts.type(name),
      shape: this.#facts.shape(name)!,
    });
    this.#b.op("Add", [before, share], {}, { outputs: [this.#make(name)] });
  }

  /** A sum over axes of length 1, as those of a single row are, moves no data. */
  #sumOfPart(node: GraphNode, inputs: readonly string[], share: string): GraphNode {
    const before = this.#shape(node.inputs[0]!);
    const after = this.#facts.shape(node.outputs[0]!)!;
    const isTrivial =
      node.op === "ReduceSum" &&
      sameShape(
        before.filter((length) => length !== 1),
        after.filter((length) => length !== 1),
      );
    return isTrivial
      ? {
          ...node,
          op: "Reshape",
          inputs: [inputs[0]!, this.#b.i64(after)],
          outputs: [share],
          attributes: {},
        }
      : { ...node, inputs: [...inputs], outputs: [share] };
  }

  #make(name: string): string {
    if (name === "") return "";
    const inner = this.#keepsNames ? name : this.#b.fresh(name);
    this.#names.set(name, inner);
    this.#b.graph.values.set(inner, {
      type: this.#facts.type(name),
      shape: this.#shape(name),
    });
    return inner;
  }

  #input(node: GraphNode, name: string, i: number): string {
    if (name === "") return "";
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const facts = rowFacts(node);
    if (i === facts?.shapeInput) return this.#b.i64(this.#shape(node.outputs[0]!));
    const repeated = facts?.cutsRepeated ? this.#repeated(node, name) : undefined;
    if (repeated !== undefined) return repeated;
    const constant = this.#facts.constant(name);
    // Values without rows are read from the graph around; constants that only the part needs move in.
    return constant === undefined ? name : this.#constant(node, name, constant);
  }

  /** Of a value that is one slice repeated for each row, as many slices as the part has rows. */
  #repeated(node: GraphNode, name: string): string | undefined {
    const maker = this.#facts.maker(name);
    const rows = this.#axes.rows.get(node.outputs[0]!);
    if (maker === undefined || rows === undefined) return undefined;
    const shape = this.#facts.shape(name)!;
    const axis = rows.axis + shape.length - this.#facts.shape(node.outputs[0])!.length;
    if (axis < 0 || shape[axis] === 1 || !isRepeated(this.#facts, name, axis)) return undefined;
    const part = shapeOfPart(shape, { axis, each: rows.each }, this.#size);
    const [source] = maker.inputs as [string];
    if (maker.op === "ConstantOfShape" && sizeOf(part) <= LARGEST_MOVED)
      if (maker.attributes.value === undefined)
        return this.#b.constant(zeros("float32", part), "zeros");
    const inputs = maker.op === "Expand" ? [this.#input(maker, source, 0)] : [];
    const value = this.#b.op(maker.op, [...inputs, this.#b.i64(part)], maker.attributes);
    this.#b.graph.values.set(value, { type: this.#facts.type(name), shape: part });
    return value;
  }

  #constant(node: GraphNode, name: string, value: Tensor): string {
    const cut = this.#rowNumbers(node, value);
    if (cut !== undefined) return this.#b.constant(cut);
    if (this.#keepsNames) return name;
    if (value.data.length > LARGEST_MOVED && this.#isReadElsewhere(name)) return name;
    const inner = this.#b.constant(value, name);
    this.#names.set(name, inner);
    return inner;
  }

  #isReadElsewhere(name: string): boolean {
    return this.#facts.readers(name).length > 1 || this.#facts.isOutput(name);
  }

  /** Of a constant with one element for each row, the first ones: a part counts from its own first row. */
  #rowNumbers(node: GraphNode, value: Tensor): Tensor | undefined {
    const rows = this.#axes.rows.get(node.outputs[0]!);
    if (rows?.offset === undefined || value.data.length !== this.#axes.count) return undefined;
    const shape = value.shape.map((length) => (length === 1 ? 1 : this.#size));
    return { ...value, shape, data: value.data.slice(0, this.#size) } as Tensor<DataType>;
  }

  #shape(name: string): number[] {
    return shapeOfPart(this.#facts.shape(name)!, this.#axes.rows.get(name), this.#size);
  }
}

/** Constants up to this many elements are copied into a part even if others read them too. */
const LARGEST_MOVED = 2 ** 16;
