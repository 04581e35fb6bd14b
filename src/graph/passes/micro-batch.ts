import { sameShape, sizeOf } from "../../base/shape.ts";
import { type DataType, type Tensor, int64, zeros } from "../../base/tensor.ts";
import { attribute } from "../attributes.ts";
import { GraphBuilder } from "../builder.ts";
import { type Graph, type GraphNode, copyGraph, emptyGraph } from "../graph.ts";
import { pruned } from "../outputs.ts";
import { nodesFor, sortNodes } from "../traverse.ts";
import { GraphFacts } from "./facts.ts";
import { type Stretch, planStretches } from "./micro-batch-plan.ts";
import { type RowAxes, findRows, shapeOfPart } from "./row-axes.ts";
import { isElementwise, isRepeated } from "./row-rules.ts";

export interface MicroBatchOptions {
  /** Rows of the batch that the graph is built for. */
  rows: number;
  /** The graph inputs whose first axis is the batch. */
  inputs: readonly string[];
  /** Rows that run at once; it must divide `rows`. */
  size: number;
}

/**
 * Runs the part of a graph that treats pictures for a few rows of the batch at a time, so that what
 * one layer writes is still in the processor's cache when the next one reads it.
 *
 * Each stretch (forward, backward) becomes the body of a Scan. What a later stretch reads of an
 * earlier one is an output of the Scan; sums over the batch, such as weight gradients, are added up in
 * the Scan's state. The numbers are those of the whole batch, but for the order of additions. Ops that
 * need the whole batch stay as they are, and a graph without pictures is returned unchanged.
 */
export function microBatch(graph: Graph, options: MicroBatchOptions): Graph {
  const { rows, size, inputs } = options;
  if (size >= rows || rows % size !== 0) return graph;
  const axes = findRows(graph, rows, inputs);
  const stretches = planStretches(graph, axes);
  if (stretches.length === 0) return graph;
  return new Splitter(graph, axes, stretches, size).run();
}

class Splitter {
  readonly #graph: Graph;
  readonly #facts: GraphFacts;
  readonly #axes: RowAxes;
  readonly #stretches: readonly Stretch[];
  readonly #size: number;
  readonly #outer: GraphBuilder;
  /** Values cut into parts, `[..., parts, rows of a part, ...]`, by the name of the whole. */
  readonly #cut = new Map<string, string>();

  constructor(graph: Graph, axes: RowAxes, stretches: readonly Stretch[], size: number) {
    this.#graph = graph;
    this.#facts = new GraphFacts(graph);
    this.#axes = axes;
    this.#stretches = stretches;
    this.#size = size;
    const outer = copyGraph(graph);
    const inside = new Set(stretches.flatMap(({ own }) => [...own]));
    // The builder sees all nodes first, so that no fresh name is one that a body's values come from.
    this.#outer = new GraphBuilder(outer);
    outer.nodes = graph.nodes.filter((node) => !inside.has(node));
  }

  run(): Graph {
    this.#stretches.forEach((stretch, i) => this.#scan(stretch, `part${i}/`));
    const outer = this.#outer.graph;
    outer.nodes = sortNodes(outer.nodes);
    return pruned(outer);
  }

  #scan(stretch: Stretch, prefix: string): void {
    const body = new GraphBuilder(emptyGraph(prefix.slice(0, -1)), prefix);
    const part = new BodyWriter(body, this.#facts, this.#axes, this.#size, prefix);
    const made = new Set(stretch.nodes.flatMap((node) => node.outputs));
    const sums = stretch.nodes.filter((node) => this.#axes.kind(node) === "sum");
    const read = [...new Set(stretch.nodes.flatMap((node) => node.inputs))].filter(
      (name) => this.#axes.rows.has(name) && !made.has(name),
    );
    const wanted = [...stretch.own]
      .filter((node) => this.#axes.kind(node) === "rows")
      .flatMap((node) => node.outputs)
      .filter((name) => name !== "" && this.#isWantedOutside(name, stretch));

    const starts = sums.map((node) => {
      const name = node.outputs[0]!;
      part.declare(name, `${prefix}${name}/before`);
      return this.#zeros(name);
    });
    const parts = read.map((name) => {
      part.declare(name);
      return this.#partsOf(name);
    });
    for (const node of stretch.nodes) part.write(node);
    for (const node of sums) part.result(node.outputs[0]!);
    for (const name of wanted) part.result(name);

    body.graph.nodes = nodesFor(
      body.graph,
      body.graph.outputs.map((value) => value.name),
    );

    const axisOf = (name: string) => this.#axes.rows.get(name)!.axis;
    const nonZero = (list: number[]) => (list.some((axis) => axis !== 0) ? list : undefined);
    const totals = sums.map((node) => node.outputs[0]!);
    const stacks = wanted.map((name) => this.#outer.fresh(`${name}/parts`));
    this.#outer.ops(
      "Scan",
      [...starts, ...parts],
      {
        body: body.graph,
        num_scan_inputs: read.length,
        scan_input_axes: nonZero(read.map(axisOf)),
        scan_output_axes: nonZero(wanted.map(axisOf)),
      },
      { outputs: [...totals, ...stacks], name: prefix.slice(0, -1) },
    );
    wanted.forEach((name, i) => this.#join(name, stacks[i]!));
  }

  /** Whether anything but this stretch, or one that makes the value again, reads it. */
  #isWantedOutside(name: string, home: Stretch): boolean {
    if (this.#facts.isOutput(name)) return true;
    const maker = this.#facts.maker(name)!;
    return this.#facts.readers(name).some((reader) => {
      if (home.nodes.includes(reader)) {
        // The reader may run again elsewhere, with this value as what was kept for it.
        return this.#stretches.some(
          (other) => other !== home && other.nodes.includes(reader) && !other.nodes.includes(maker),
        );
      }
      const place = this.#stretches.find(({ own }) => own.has(reader));
      return place === undefined || !place.nodes.includes(maker);
    });
  }

  #zeros(name: string): string {
    const shape = this.#facts.shape(name)!;
    return this.#outer.op("ConstantOfShape", [this.#outer.i64(shape)]);
  }

  #cutShape(name: string): number[] {
    const shape = this.#facts.shape(name)!;
    const { axis, each } = this.#axes.rows.get(name)!;
    const count = this.#axes.count / this.#size;
    return shape.flatMap((length, i) => (i === axis ? [count, this.#size * each] : [length]));
  }

  /** The value with its rows cut into parts, as a Scan reads it. */
  #partsOf(name: string): string {
    const known = this.#cut.get(name);
    if (known !== undefined) return known;
    const shape = this.#cutShape(name);
    const own = this.#shifted(name, "Sub");
    const cut = this.#outer.op(
      "Reshape",
      [own, this.#outer.i64(shape)],
      {},
      { outputs: [this.#outer.fresh(`${name}/parts`)] },
    );
    this.#outer.graph.values.set(cut, { type: this.#facts.type(name), shape });
    this.#cut.set(name, cut);
    return cut;
  }

  /** An index that counts from the first row of the batch, made to count from that of a part, or back. */
  #shifted(value: string, op: "Sub" | "Add", name = value): string {
    const rows = this.#axes.rows.get(name)!;
    if (rows.offset === undefined) return value;
    const starts = Array.from(
      { length: this.#axes.count },
      (_, row) => (row - (row % this.#size)) * rows.offset!,
    );
    const shape = this.#facts.shape(name)!.map((length, axis) => (axis === rows.axis ? length : 1));
    const shift = this.#outer.constant(int64(starts, shape));
    return this.#outer.op(op, [value, shift], {}, op === "Add" ? { outputs: [name] } : {});
  }

  /** Makes the whole value of the parts that a Scan wrote. */
  #join(name: string, parts: string): void {
    const shape = this.#outer.i64(this.#facts.shape(name)!);
    if (this.#axes.rows.get(name)!.offset === undefined)
      this.#outer.op("Reshape", [parts, shape], {}, { outputs: [name] });
    else this.#shifted(this.#outer.op("Reshape", [parts, shape]), "Add", name);
    this.#outer.graph.values.set(parts, {
      type: this.#facts.type(name),
      shape: this.#cutShape(name),
    });
    this.#cut.set(name, parts);
  }
}

/** Writes nodes of the whole batch into a body that runs on a part of it. */
class BodyWriter {
  readonly #body: GraphBuilder;
  readonly #facts: GraphFacts;
  readonly #axes: RowAxes;
  readonly #size: number;
  readonly #prefix: string;
  /** The body's name of each value of the whole graph. */
  readonly #names = new Map<string, string>();

  constructor(body: GraphBuilder, facts: GraphFacts, axes: RowAxes, size: number, prefix: string) {
    this.#body = body;
    this.#facts = facts;
    this.#axes = axes;
    this.#size = size;
    this.#prefix = prefix;
  }

  /** Makes a value an input of the body. */
  declare(name: string, inner = this.#prefix + name): void {
    this.#body.input(inner, this.#shape(name), this.#facts.type(name));
    this.#names.set(name, inner);
  }

  /** Makes a value an output of the body. */
  result(name: string): void {
    this.#body.output(this.#names.get(name)!, this.#shape(name), this.#facts.type(name));
  }

  write(node: GraphNode): void {
    if (this.#axes.kind(node) === "sum") return this.#writeSum(node);
    if (this.#isTrivialShift(node) || this.#isTrivialTranspose(node)) return;
    const inputs = node.inputs.map((name, i) => this.#input(node, name, i));
    const outputs = node.outputs.map((name) => this.#make(name));
    this.#body.graph.nodes.push({ ...node, inputs, outputs });
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
    const target = this.#body.i64(this.#shape(node.outputs[0]!));
    const inputs = [this.#input(node, node.inputs[0]!, 0), target];
    this.#body.op("Reshape", inputs, {}, { outputs: [this.#make(node.outputs[0]!)] });
    return true;
  }

  /** The share of this part of the batch is added to that of the parts before. */
  #writeSum(node: GraphNode): void {
    const [name] = node.outputs as [string];
    const before = this.#names.get(name)!;
    const inputs = node.inputs.map((input, i) => this.#input(node, input, i));
    if (node.op === "Gemm") {
      // Gemm adds by itself.
      const [a, b] = inputs as [string, string];
      this.#body.graph.nodes.push({
        ...node,
        inputs: [a, b, before],
        outputs: [this.#make(name)],
      });
      return;
    }
    const share = this.#body.fresh(`${name}/share`);
    this.#body.graph.nodes.push(this.#sumOfPart(node, inputs, share));
    this.#body.graph.values.set(share, {
      type: this.#facts.type(name),
      shape: this.#facts.shape(name)!,
    });
    this.#body.op("Add", [before, share], {}, { outputs: [this.#make(name)] });
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
          inputs: [inputs[0]!, this.#body.i64(after)],
          outputs: [share],
          attributes: {},
        }
      : { ...node, inputs: [...inputs], outputs: [share] };
  }

  #make(name: string): string {
    if (name === "") return "";
    const inner = this.#body.fresh(name);
    this.#names.set(name, inner);
    this.#body.graph.values.set(inner, {
      type: this.#facts.type(name),
      shape: this.#shape(name),
    });
    return inner;
  }

  #input(node: GraphNode, name: string, i: number): string {
    if (name === "") return "";
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (i === shapeInputs[node.op]) return this.#body.i64(this.#shape(node.outputs[0]!));
    const repeated = isElementwise(node) ? this.#repeated(node, name) : undefined;
    if (repeated !== undefined) return repeated;
    const constant = this.#facts.constant(name);
    // Values without rows are read from the outer graph; constants that only the body needs move in.
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
    if (maker.op === "Expand")
      return this.#body.op("Expand", [this.#input(maker, source, 0), this.#body.i64(part)]);
    if (maker.attributes.value === undefined && sizeOf(part) <= LARGEST_MOVED)
      return this.#body.constant(zeros("float32", part), "zeros");
    return this.#body.op("ConstantOfShape", [this.#body.i64(part)], maker.attributes);
  }

  #constant(node: GraphNode, name: string, value: Tensor): string {
    const cut = this.#rowNumbers(node, value);
    if (cut !== undefined) return this.#body.constant(cut);
    if (value.data.length > LARGEST_MOVED && this.#isReadElsewhere(name)) return name;
    const inner = this.#body.constant(value, name);
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

/** Constants up to this many elements are copied into a body even if others read them too. */
const LARGEST_MOVED = 2 ** 16;

/** The input that says the shape of the output. */
const shapeInputs: Record<string, number> = { Reshape: 1, Expand: 1, MaxUnpool: 2 };
