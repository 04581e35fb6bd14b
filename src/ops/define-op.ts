import type { DataType, Tensor } from "../base/tensor.ts";
import { attribute } from "../graph/attributes.ts";
import type { Attribute, Graph, GraphNode, ValueType } from "../graph/graph.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Dims } from "./facts/dims.ts";
import type { Formula } from "./facts/formula.ts";
import type { InputFacts } from "./facts/input-facts.ts";
import type { Known } from "./facts/known.ts";
import type { Modes } from "./facts/modes.ts";
import type { MultiplyAdds } from "./facts/multiply-adds.ts";
import type { OpRole, OpWeights } from "./facts/role.ts";
import type { Rows } from "./facts/rows.ts";
import type { Sees } from "./facts/sight.ts";

/** Declares one attribute of an op: its ONNX kind, and its default where the specification gives one. */
export interface AttributeSpec<T> {
  kind: Attribute["kind"];
  default: T;
}

type Kinds = {
  int: number;
  float: number;
  string: string;
  ints: readonly number[];
  floats: readonly number[];
  strings: readonly string[];
  tensor: Tensor;
  graph: Graph;
};

const spec =
  <K extends keyof Kinds>(kind: K) =>
  <D extends Kinds[K] | undefined = undefined>(
    fallback?: D,
  ): AttributeSpec<D extends undefined ? Kinds[K] | undefined : Kinds[K]> => ({
    kind,
    default: fallback as D extends undefined ? Kinds[K] | undefined : Kinds[K],
  });

/** The kinds of attribute, each called with the default of the specification: `axis: attr.int(1)`. */
export const attr = {
  int: spec("int"),
  float: spec("float"),
  string: spec("string"),
  ints: spec("ints"),
  floats: spec("floats"),
  strings: spec("strings"),
  tensor: spec("tensor"),
  graph: spec("graph"),
};

export type AttributeSpecs = Record<string, AttributeSpec<unknown>>;
export type AttributeValues<S extends AttributeSpecs> = {
  [K in keyof S]: S[K] extends AttributeSpec<infer T> ? T : never;
};

/** What a shape rule may look at. */
export interface ShapeContext<A> extends InputFacts<A> {
  /** Shape of input `i`; an error when the input is missing. */
  shape(i: number): Dims;
  /** What is known of the elements of input `i`, symbols included. */
  known(i: number): Known | undefined;
  /** Infers a subgraph whose inputs have these types, and returns the types of its outputs. */
  body(graph: Graph, inputs: readonly ValueType[]): ValueType[];
}

/** What a gradient rule may look at. All shapes are concrete. */
export interface GradientContext<A> extends InputFacts<A> {
  /** Writes nodes with arithmetic operators, so that a rule reads like its formula. */
  f: Formula;
  /** Writes any node of the gradient. */
  b: GraphBuilder;
  inputs: readonly string[];
  outputs: readonly string[];
  /** The gradient that arrived at each output; null where the output does not reach the objective. */
  grads: readonly (string | null)[];
  /** The gradient of the first output; an error where only others reach the objective. */
  grad: string;
  /** Shape of input `i`. */
  shape(i: number): readonly number[];
  /** Shape of output `i`. */
  outputShape(i: number): readonly number[];
  /**
   * Whether somebody asked for the gradient of input `i`. Nodes that nobody needs are dropped in any
   * case; a rule asks where it can share work only then.
   */
  needs(i: number): boolean;
  /** What the node's bodies read of the graph around it and somebody asked for the gradient of. */
  captured: readonly string[];
  /** Type and shape of a value of the graph around a body, and its elements where they are known. */
  outer(name: string): ConcreteType & { constant: Tensor | undefined };
  /** Type and shape of one element of output `i`, which stacks them along its first axis. */
  elementOf(i: number): ConcreteType;
  /** Differentiates the body of a node, as the walk differentiates the graph around it. */
  differentiate(
    graph: Graph,
    request: { of: string; wrt: readonly string[] },
  ): { graph: Graph; gradients: Map<string, string> };
  /** Infers the node's outputs again, after the rule gave it more of them. */
  reinfer(): void;
}

export interface ConcreteType {
  type: DataType;
  shape: readonly number[];
}

/**
 * The gradient of an op: for every input the name of its gradient, or null where it has none (an
 * index, a shape, an input that is not differentiable); then for everything in `captured`. A gradient may have the broadcast shape, or
 * one that broadcasts to the input's: the walk sums or expands it to the input's own.
 */
export type GradientRule<A> = (context: GradientContext<A>) => (string | null)[];

/** Everything that is known about one ONNX op. */
export interface OpDefinition<S extends AttributeSpecs = AttributeSpecs> {
  type: string;
  /** `""`, the standard domain, by default. */
  domain?: string;
  attributes?: S;
  /** Type and shape of each output. A contradiction between the inputs is an error. */
  shape(context: ShapeContext<AttributeValues<S>>): ValueType[];
  /**
   * The elements of the first output as far as they are known: for the ops that exporters compute
   * shapes with.
   */
  known?(context: ShapeContext<AttributeValues<S>>): Known | undefined;
  /**
   * A rule; `"zero"`: the output does not change with the inputs (a comparison, a shape); or
   * `"unsupported"`: there is a derivative, and we do not have it.
   */
  gradient: GradientRule<AttributeValues<S>> | "zero" | "unsupported";
  /** What it is to a person who reads a network as a list of layers. */
  role: OpRole;
  /** What people call it beside other layers: `BN`. */
  shortName?: string;
  /** It changes only in which order elements lie: another file of the same network may do without. */
  isLayout?: true;
  /** What its inputs are called where they are weights. */
  weights: OpWeights;
  /** What it does to the rows of a batch. */
  rows: Rows;
  /** What an element of its outputs sees of its inputs: windows, strides, or everything. */
  sees: Sees<AttributeValues<S>>;
  /** How it is written for inference and for training, where these differ. */
  modes?: Modes;
  /** What it costs. */
  multiplyAdds: MultiplyAdds<AttributeValues<S>>;
  /**
   * Outputs that are what it makes of its input; those behind them are statistics, masks or indices.
   * All by default.
   */
  results?: number;
  /**
   * The output is an integer that stands for a real number (a quantised value), and gradients pass
   * through it.
   */
  quantises?: boolean;
}

/** Defines an op. Its family file lists it, and nothing else needs to know. */
export function defineOp<const S extends AttributeSpecs>(
  definition: OpDefinition<S>,
): OpDefinition {
  return definition as unknown as OpDefinition;
}

/** The attributes of a node with the defaults of its op filled in. */
export function attributeValues(
  definition: OpDefinition,
  node: GraphNode,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(definition.attributes ?? {}).map(([name, { kind, default: fallback }]) => [
      name,
      attribute(node, name, kind, fallback),
    ]),
  );
}
