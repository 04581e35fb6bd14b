import { StriateError, namingSync } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import { type Graph, type GraphNode, type ValueType, nodeLabel } from "../../graph/graph.ts";
import { attributeValues, type OpDefinition, type ShapeContext } from "../define-op.ts";
import { type Dims, mergeDims } from "../facts/dims.ts";
import { findOp } from "../index.ts";
import { type Known, fromTensor, numbersOf, toTensor } from "../facts/known.ts";

/**
 * Fills `graph.values` with type and shape of every value, in place, the bodies of If, Loop and Scan
 * included. Lengths may be symbols (`"N"`); what cannot be known is null. What the file itself says
 * of a value fills the gaps.
 *
 * Sizes that a graph computes (Shape, Gather, Concat, Reshape) are followed: the values that turned
 * out to be constant are returned, for `foldConstants`.
 *
 * @throws StriateError on a contradiction, naming the node: `Conv "block1": expected 3 input channels, got 4`
 */
export function inferShapes(graph: Graph): Map<string, Tensor> {
  return new ShapeInference(graph).run();
}

/**
 * Shape inference that goes along while a graph is written: `run` takes the graph as it is, and
 * `add` each further node.
 */
export class ShapeInference {
  readonly graph: Graph;
  readonly #outer: ShapeInference | undefined;
  readonly #known = new Map<string, Known>();

  constructor(graph: Graph, outer?: ShapeInference) {
    this.graph = graph;
    this.#outer = outer;
  }

  /** Infers every node; returns the values made by nodes that are known to be constant. */
  run(): Map<string, Tensor> {
    for (const node of this.graph.nodes) this.add(node);
    for (const output of this.graph.outputs) {
      const found = this.typeOf(output.name);
      if (found) output.shape = mergeDims(output.shape, found.shape);
    }
    const constants = new Map<string, Tensor>();
    for (const [name, value] of this.#known) {
      const tensor = this.graph.initializers.has(name) ? undefined : toTensor(value);
      if (tensor) constants.set(name, tensor);
    }
    return constants;
  }

  /** Infers one node whose inputs are inferred. */
  add(node: GraphNode): void {
    // A node with a value that no tensor holds (int4, sparse) is as good as unknown.
    const opaque = Object.values(node.attributes).some(({ kind }) => kind === "opaque");
    const op = opaque ? undefined : findOp(node.domain, node.op);
    const outputs = op
      ? namingSync(nodeLabel(node), () => this.#apply(op, node))
      : [{ type: this.#firstType(node), shape: null }];
    for (const [i, name] of node.outputs.entries()) {
      if (name === "") continue;
      const found = outputs[i] ?? { type: this.#firstType(node), shape: null };
      const told =
        this.graph.values.get(name) ??
        (op ? undefined : this.graph.outputs.find((output) => output.name === name));
      this.graph.values.set(name, {
        // Of an op that nobody knows, the file knows more than a guess.
        type: (op ? undefined : told?.type) ?? found.type,
        shape: mergeDims(found.shape, told?.shape ?? null),
        ...(told?.opaque === undefined ? {} : { opaque: told.opaque }),
      });
    }
  }

  /** Type and shape of a value, of the outer graphs too. */
  typeOf(name: string): ValueType | undefined {
    const constant = this.graph.initializers.get(name);
    if (constant) return constant;
    return (
      this.graph.values.get(name) ??
      this.graph.inputs.find((input) => input.name === name) ??
      this.#outer?.typeOf(name)
    );
  }

  /** What is known of a value's elements. */
  knownOf(name: string): Known | undefined {
    const known = this.#known.get(name);
    if (known) return known;
    const constant = this.graph.initializers.get(name);
    if (!constant) return this.#outer?.knownOf(name);
    const value = fromTensor(constant);
    if (value) this.#known.set(name, value);
    return value;
  }

  /** The whole of a constant value, whatever its size. */
  constantOf(name: string): Tensor | undefined {
    const constant = this.graph.initializers.get(name);
    if (constant) return constant;
    const known = this.#known.get(name);
    return known ? toTensor(known) : this.#outer?.constantOf(name);
  }

  #apply(op: OpDefinition, node: GraphNode): ValueType[] {
    const context = this.#context(op, node);
    const outputs = op.shape(context);
    for (const { shape } of outputs) checkLengths(shape);
    const value = op.known?.(context);
    const first = node.outputs[0];
    if (value && first) this.#known.set(first, value);
    return outputs;
  }

  #context(op: OpDefinition, node: GraphNode): ShapeContext<Record<string, unknown>> {
    const name = (i: number) => node.inputs[i] ?? "";
    const input = (i: number): ValueType => {
      if (name(i) === "") throw new StriateError(`input ${i} is missing`);
      return this.typeOf(name(i)) ?? { type: "float32", shape: null };
    };
    return {
      node,
      attributes: attributeValues(op, node),
      opset: this.#opset(node.domain),
      has: (i) => name(i) !== "",
      type: (i) => input(i).type,
      shape: (i) => input(i).shape,
      known: (i) => (name(i) === "" ? undefined : this.knownOf(name(i))),
      constant: (i) => (name(i) === "" ? undefined : this.constantOf(name(i))),
      numbers: (i) => (name(i) === "" ? undefined : numbersOf(this.knownOf(name(i)))),
      body: (graph, inputs) => this.#body(graph, inputs),
    };
  }

  #opset(domain: string): number {
    return this.graph.opsets.get(domain) ?? (this.#outer ? this.#outer.#opset(domain) : 1);
  }

  #body(graph: Graph, inputs: readonly ValueType[]): ValueType[] {
    for (const [i, { type, shape }] of inputs.entries()) {
      const input = graph.inputs[i];
      if (input) Object.assign(input, { type, shape });
    }
    // A body may be inferred again with other inputs: nothing of the last time may stay.
    graph.values.clear();
    const inference = new ShapeInference(graph, this);
    inference.run();
    return graph.outputs.map(({ name, type, shape }) => inference.typeOf(name) ?? { type, shape });
  }

  #firstType(node: GraphNode): ValueType["type"] {
    return this.typeOf(node.inputs[0] ?? "")?.type ?? "float32";
  }
}

/** Whatever is read by an op, what it makes has lengths: with odd inputs and attributes it need not. */
function checkLengths(shape: Dims): void {
  for (const length of shape ?? [])
    if (
      length === undefined ||
      (typeof length === "number" && !(Number.isSafeInteger(length) && length >= 0))
    )
      throw new StriateError(`what it makes would have the shape (${shape!.join(", ")})`);
}
