import { StriateError, namingSync } from "../base/errors.ts";
import { formatShape, sameShape } from "../base/shape.ts";
import type { DataType } from "../base/tensor.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { type Graph, type GraphNode, HOUSE_OPSET, copyGraph, nodeLabel } from "../graph/graph.ts";
import { nodesFor, outerReads } from "../graph/traverse.ts";
import { attributeValues, type GradientContext, type OpDefinition } from "../ops/define-op.ts";
import { isConcrete } from "../ops/facts/dims.ts";
import { Formula } from "../ops/facts/formula.ts";
import { findOp } from "../ops/index.ts";
import { ShapeInference } from "../ops/infer/infer-shapes.ts";
import { numbersOf } from "../ops/facts/known.ts";
import { isFloat, pathFrom } from "./path.ts";
import type { GradientRules } from "./rule-sets.ts";

/** What to differentiate. */
export interface GradientRequest {
  /**
   * The value that is differentiated; of one that is no scalar, the sum of its elements. Several, each
   * with its seed, are added up.
   */
  of: string | readonly { readonly value: string; readonly seed?: string }[];
  /**
   * The gradient that arrives at `of`, of the same shape; ones by default. A value of the graph, or
   * else a new input of that name.
   */
  seed?: string;
  /** The values to differentiate by: inputs, constants, or inner values. */
  wrt: readonly string[];
  /** Other rules for some standard ops, by op type: guided backpropagation changes that of Relu. */
  rules?: GradientRules;
}

/** An op on the way has no gradient rule. */
export class MissingRuleError extends StriateError {
  readonly node: GraphNode;

  constructor(node: GraphNode) {
    super(
      `${nodeLabel(node)}: striate has no gradient for ${node.op}, which lies between the values that were asked for`,
    );
    this.node = node;
  }
}

export interface WithGradient {
  /** A copy of the graph with the nodes of the gradient behind its own. */
  graph: Graph;
  /** The name of the gradient of each value in `wrt`; it has that value's shape. */
  gradients: Map<string, string>;
}

/**
 * Writes the gradient of a value into a copy of the graph, in standard ONNX ops, by reverse-mode
 * differentiation: the rule of each op, from the last node to the first.
 *
 * All shapes on the way must be concrete (see `bindDims`), and the graph of opset 18 or newer. A value
 * that does not reach `of`, or only through ops such as comparisons, gets a gradient of zeros.
 *
 * @throws StriateError where an op on the way has no gradient rule, naming its node
 */
export function addGradient(graph: Graph, request: GradientRequest): WithGradient {
  const opset = graph.opsets.get("") ?? 0;
  if (opset < HOUSE_OPSET)
    throw new StriateError(
      `gradients need a graph of opset ${HOUSE_OPSET} or newer, got ${opset}; raise the graph first`,
    );
  return new ReverseWalk(copyGraph(graph)).run(request);
}

/** The reverse walk: holds the graph that is written and the gradients that have arrived so far. */
class ReverseWalk {
  readonly #graph: Graph;
  readonly #builder: GraphBuilder;
  readonly #shapes: ShapeInference;
  /** How many nodes the graph has whose outputs are inferred. */
  #inferred: number;
  /** The gradients that arrived at each value, to be added up. */
  readonly #arrived = new Map<string, string[]>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#builder = new GraphBuilder(graph, "grad/");
    this.#shapes = new ShapeInference(graph);
    this.#shapes.run();
    this.#inferred = graph.nodes.length;
  }

  run({ of, seed, wrt, rules = {} }: GradientRequest): WithGradient {
    const own = [...this.#graph.nodes];
    const constants = new Set(this.#graph.initializers.keys());
    const terms = typeof of === "string" ? [{ value: of, seed }] : of;
    for (const name of [...terms.map(({ value }) => value), ...wrt]) this.#check(name);
    const path = pathFrom(own, wrt, (name) => isFloat(this.#type(name)));
    for (const term of terms) this.#arrive(term.value, this.#seed(term.value, term.seed));
    for (const node of own.toReversed()) this.#visit(node, path, rules);
    const gradients = new Map(wrt.map((name) => [name, this.#gradientOf(name)]));
    this.#dropUnused(own, constants, [...gradients.values()]);
    return { graph: this.#graph, gradients };
  }

  #check(name: string): void {
    const known = this.#shapes.typeOf(name);
    if (!known) throw new StriateError(`the graph has no value "${name}"`);
    if (!isFloat(known.type))
      throw new StriateError(
        `"${name}" holds ${known.type}, which has no gradient; ask for the value behind its Cast`,
      );
  }

  #seed(of: string, seed: string | undefined): string {
    const shape = this.#shape(of);
    if (seed === undefined) return this.#write(of, (f) => f.fill(1, shape));
    const given = this.#shapes.typeOf(seed)?.shape;
    if (given === undefined) this.#builder.input(seed, shape, this.#type(of));
    else if (!isConcrete(given) || !sameShape(given, shape))
      throw new StriateError(
        `the seed "${seed}" should have the shape of "${of}", ${formatShape(shape)}, got ${given ? formatShape(given) : "none"}`,
      );
    return seed;
  }

  #arrive(name: string, gradient: string): void {
    const others = this.#arrived.get(name);
    if (others) others.push(gradient);
    else this.#arrived.set(name, [gradient]);
  }

  /** Carries the gradients that arrived at a node's outputs on to its inputs. */
  #visit(node: GraphNode, path: ReadonlySet<string>, rules: GradientRules): void {
    const arrives = node.outputs.some((name) => path.has(name) && this.#arrived.has(name));
    // What was asked for may be made by an op that has no rule, and needs none.
    const goesOn = [...node.inputs, ...outerReads(node)].some((name) => path.has(name));
    if (!arrives || !goesOn) return;
    const op = findOp(node.domain, node.op);
    const rule = (node.domain === "" ? rules[node.op] : undefined) ?? op?.gradient;
    if (rule === "zero") return;
    if (!op || typeof rule !== "function") throw new MissingRuleError(node);
    namingSync(nodeLabel(node), () => {
      const context = this.#context(op, node, path);
      const gradients = rule(context);
      this.#infer(node);
      for (const [i, name] of [...node.inputs, ...context.captured].entries()) {
        const gradient = gradients[i];
        if (!path.has(name) || gradient == null) continue;
        this.#arrive(name, this.#fit(gradient, name));
      }
    });
  }

  #context(
    op: OpDefinition,
    node: GraphNode,
    path: ReadonlySet<string>,
  ): GradientContext<Record<string, unknown>> {
    const grads = node.outputs.map((name) =>
      path.has(name) && this.#arrived.has(name) ? this.#gradientOf(name) : null,
    );
    const arrived = grads.find((grad) => grad !== null)!;
    const input = (i: number) => node.inputs[i] ?? "";
    const constant = (i: number) =>
      input(i) === "" ? undefined : this.#shapes.constantOf(input(i));
    return {
      b: this.#builder,
      f: new Formula(this.#builder, this.#type(arrived)),
      node,
      attributes: attributeValues(op, node),
      opset: this.#graph.opsets.get(node.domain) ?? 1,
      inputs: node.inputs,
      outputs: node.outputs,
      grads,
      get grad() {
        if (grads[0] == null) throw new StriateError("only its first output has a gradient");
        return grads[0];
      },
      has: (i) => input(i) !== "",
      type: (i) => this.#type(input(i)),
      shape: (i) => this.#shape(input(i)),
      outputShape: (i) => this.#shape(node.outputs[i]!),
      needs: (i) => path.has(input(i)),
      captured: outerReads(node).filter((name) => path.has(name)),
      outer: (name) => ({
        type: this.#type(name),
        shape: this.#shape(name),
        constant: this.#shapes.constantOf(name),
      }),
      elementOf: (i) => ({
        type: this.#type(node.outputs[i]!),
        shape: this.#shape(node.outputs[i]!).slice(1),
      }),
      differentiate: addGradient,
      reinfer: () => this.#shapes.add(node),
      constant,
      numbers: (i) => (input(i) === "" ? undefined : numbersOf(this.#shapes.knownOf(input(i)))),
    };
  }

  /** The sum of what arrived at a value; zeros where nothing did. */
  #gradientOf(name: string): string {
    const parts = this.#arrived.get(name);
    if (!parts) return this.#write(name, (f) => f.fill(0, this.#shape(name)));
    if (parts.length > 1)
      parts.splice(
        0,
        parts.length,
        this.#write(name, () => this.#builder.op("Sum", parts)),
      );
    return parts[0]!;
  }

  /** A gradient brought to the shape of its value: summed where the value was broadcast, or expanded. */
  #fit(gradient: string, name: string): string {
    const [from, to] = [this.#shape(gradient), this.#shape(name)];
    if (sameShape(from, to)) return gradient;
    const extra = Math.max(0, from.length - to.length);
    const summed = from.flatMap((length, axis) =>
      axis < extra || (to[axis - from.length + to.length] === 1 && length !== 1) ? [axis] : [],
    );
    const kept = from.map((length, axis) => (summed.includes(axis) ? 1 : length)).slice(extra);
    return this.#write(name, (f) => {
      // Axes that are summed stay as axes of length 1, unless leading ones must go.
      let result = f.sum(gradient, summed, extra === 0);
      if (extra > 0 && summed.length > extra) result = f.reshape(result, kept);
      return sameShape(kept, to) ? result : f.expand(result, to);
    });
  }

  /** Writes nodes that belong to a value, and infers their shapes. */
  #write(name: string, write: (f: Formula) => string): string {
    const result = write(new Formula(this.#builder, this.#floatType(name)));
    this.#infer();
    return result;
  }

  /** Infers the nodes that were written since the last time, and names them after the node they serve. */
  #infer(origin?: GraphNode): void {
    const { nodes } = this.#graph;
    for (; this.#inferred < nodes.length; this.#inferred++) {
      const node = nodes[this.#inferred]!;
      if (origin && origin.name !== "") node.name = `${origin.name}'`;
      this.#shapes.add(node);
    }
  }

  #type(name: string): DataType {
    return this.#shapes.typeOf(name)?.type ?? "float32";
  }

  /** The type of a value's gradient: a quantised value has one too, and it is no integer. */
  #floatType(name: string): DataType {
    const part = this.#arrived.get(name)?.[0];
    const type = this.#type(part ?? name);
    return isFloat(type) ? type : "float32";
  }

  #shape(name: string): readonly number[] {
    const shape = this.#shapes.typeOf(name)?.shape ?? null;
    if (!isConcrete(shape))
      throw new StriateError(
        `a gradient needs the shape of "${name}" in numbers, got ${shape ? formatShape(shape) : "none"}; bind the graph's symbols first`,
      );
    return shape;
  }

  /** Drops what the rules wrote and nobody needs. */
  #dropUnused(
    own: readonly GraphNode[],
    constants: ReadonlySet<string>,
    gradients: readonly string[],
  ): void {
    const graph = this.#graph;
    const written = new Set(graph.nodes.slice(own.length));
    const needed = nodesFor(graph, gradients).filter((node) => written.has(node));
    graph.nodes = [...own, ...needed];
    const read = new Set([...needed.flatMap((node) => node.inputs), ...gradients]);
    for (const name of [...graph.initializers.keys()])
      if (!constants.has(name) && !read.has(name)) graph.initializers.delete(name);
    const made = new Set(needed.flatMap((node) => node.outputs));
    for (const node of written)
      for (const name of node.outputs) if (!made.has(name)) graph.values.delete(name);
  }
}
