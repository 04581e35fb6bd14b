import type { Tensor } from "../base/tensor.ts";
import { attribute } from "../graph/attributes.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Attribute, GraphNode, ValueType } from "../graph/graph.ts";

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
  tensor: Tensor;
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
  tensor: spec("tensor"),
};

export type AttributeSpecs = Record<string, AttributeSpec<unknown>>;
export type AttributeValues<S extends AttributeSpecs> = {
  [K in keyof S]: S[K] extends AttributeSpec<infer T> ? T : never;
};

/** What a shape rule may look at. */
export interface ShapeContext<A> {
  node: GraphNode;
  attributes: A;
  /** Type and shape of each input; undefined where an optional input is left out. */
  inputs: readonly (ValueType | undefined)[];
  /** The value of input `i` where it is known without running anything. */
  constant(i: number): Tensor | undefined;
}

/** What a gradient rule may look at. All shapes are concrete. */
export interface GradientContext<A> {
  /** Writes the nodes of the gradient. */
  b: GraphBuilder;
  node: GraphNode;
  attributes: A;
  inputs: readonly string[];
  outputs: readonly string[];
  /** The gradient that arrived at each output; null where the output does not reach the objective. */
  grads: readonly (string | null)[];
  /** The gradient of the first output, which a rule of a one-output op needs; never null there. */
  grad: string;
  /** Shape of input `i`. */
  shape(i: number): readonly number[];
  /** Shape of output `i`. */
  outputShape(i: number): readonly number[];
  /** Whether somebody asked for the gradient of input `i`: a rule may skip what nobody needs. */
  needs(i: number): boolean;
  constant(i: number): Tensor | undefined;
}

/**
 * The gradient of an op: for every input the name of its gradient, or null where it has none (an
 * index, a shape, an input that is not differentiable). A rule may return a gradient of the
 * broadcast shape: the walk sums it down to the input's own.
 */
export type GradientRule<A> = (context: GradientContext<A>) => (string | null)[];

/** Everything that is known about one ONNX op. */
export interface OpDefinition<S extends AttributeSpecs = AttributeSpecs> {
  type: string;
  /** `""`, the standard domain, by default. */
  domain?: string;
  attributes?: S;
  /** Type and shape of each output. */
  shape(context: ShapeContext<AttributeValues<S>>): ValueType[];
  /**
   * A rule; `"zero"`: the output does not change with the inputs (a comparison, a shape); or
   * `"unsupported"`: there is a derivative, and we do not have it.
   */
  gradient: GradientRule<AttributeValues<S>> | "zero" | "unsupported";
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
