import { StriateError, namingSync } from "../../base/errors.ts";
import { formatShape, isIdentityOrder, permute, sizeOf } from "../../base/shape.ts";
import { type NumericType, type Tensor, castTo, toNumbers, transpose } from "../../base/tensor.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { typeCode } from "../../graph/protobuf/types.ts";
import { type Dim, emptyGraph } from "../../graph/graph.ts";
import type { LayerKind } from "../../layers/define-layer.ts";
import {
  type Network,
  type NetworkLayer,
  type NetworkWeight,
  type Origin,
  type Port,
  weightToGraph,
} from "../../model/network.ts";
import { ShapeInference } from "../../ops/infer-shapes.ts";
import { numbersOf } from "../../ops/known.ts";
import { graphOrder } from "../../layers/layouts.ts";
import type { TfContext, TfOp, TfValue } from "./define-op.ts";
import { TfAttributes, innerType, type TfGraph, type TfNode } from "./graph-def.ts";
import { findTfOp } from "./ops/index.ts";
import { placeOf, sortTfNodes } from "./sort-nodes.ts";

/**
 * Turns a TensorFlow graph into a Network: each node writes its ONNX nodes. Every node that does
 * something to the photo is a layer, by its name in the graph.
 *
 * @throws StriateError naming a node whose op is not known, or that cannot be said in ONNX
 */
export function lowerTfGraph(
  graph: TfGraph,
  name: string,
  origin: Origin,
  ops: TfOps = tensorflowOps,
): Network {
  return new Lowering(graph, name, origin, ops).run();
}

/** The ops that a graph is written in. */
export interface TfOps {
  find(op: string): TfOp | undefined;
  /** What is said of an op that is not known. */
  unknown: string;
}

const tensorflowOps: TfOps = {
  find: findTfOp,
  unknown: "this op of TensorFlow is not known; export the model as ONNX with tf2onnx",
};

/** Ops that do nothing to the photo's numbers, and so are no layers. */
const quiet =
  /^(Identity|IdentityN|NoOp|Snapshot|StopGradient|PreventGradient|CheckNumerics|Cast|Placeholder|PlaceholderWithDefault|Const|Shape|Size|Rank|Dequantize)$/i;

class Lowering {
  readonly #graph: TfGraph;
  readonly #ops: TfOps;
  readonly #network: Network;
  readonly #b: GraphBuilder;
  readonly #inference: ShapeInference;
  #inferred = 0;
  /** What each node made, by its name. */
  readonly #made = new Map<string, TfValue[]>();
  /** Whether a node's values change with the photo. */
  readonly #data = new Set<string>();
  /** The layer that made each graph value. */
  readonly #makers = new Map<string, string>();

  constructor(graph: TfGraph, name: string, origin: Origin, ops: TfOps) {
    this.#graph = graph;
    this.#ops = ops;
    this.#b = new GraphBuilder(emptyGraph(name));
    this.#inference = new ShapeInference(this.#b.graph);
    this.#network = {
      name,
      graph: this.#b.graph,
      layout: "NHWC",
      inputs: [],
      outputs: [],
      layers: [],
      weights: new Map(),
      random: [],
      updates: new Map(),
      origin,
    };
  }

  run(): Network {
    const { nodes, outputs } = this.#graph;
    for (const node of sortTfNodes(nodes)) this.#lower(node);
    const read = new Set(nodes.flatMap((node) => node.inputs.map((input) => placeOf(input)[0])));
    const ends = nodes.filter(({ name }) => !read.has(name) && this.#data.has(name));
    for (const output of outputs ?? ends.map(({ name }) => name)) this.#output(output);
    return this.#network;
  }

  #lower(node: TfNode): void {
    if (node.op === "NoOp" || node.op === "Assert") return;
    if (node.op === "Const") {
      const constant = this.#graph.constants.get(node.name);
      if (constant === undefined)
        throw new StriateError(`constant "${node.name}": its value is not in the file`);
      const type = innerType(constant.type);
      const value = type === constant.type ? constant : castTo(constant, type as NumericType);
      this.#made.set(node.name, [{ constant: value, order: value.shape.map((_, axis) => axis) }]);
      return;
    }
    if (node.op === "Placeholder" || node.op === "PlaceholderWithDefault") {
      this.#input(node);
      return;
    }
    const definition = this.#ops.find(node.op);
    namingSync(`${node.op} "${node.name}"`, () => {
      if (definition === undefined) throw new StriateError(this.#ops.unknown);
      this.#apply(node, definition.kind, definition.lower);
    });
  }

  #apply(node: TfNode, kind: LayerKind, lower: (context: TfContext) => TfValue | TfValue[]): void {
    const places = node.inputs.filter((input) => !input.startsWith("^")).map(placeOf);
    const inputs = places.map(([name, output]) => this.#read(name, output));
    const isShape = /^(Shape|Size|Rank)$/i.test(node.op);
    const isData = !isShape && places.some(([name]) => this.#data.has(name));
    const weights: string[] = [];
    let before: { x: TfValue; activation: string } | undefined;
    const context = this.#context(node, inputs, weights, (x, activation) => {
      before = { x, activation };
    });
    const result = lower(context);
    const outputs = Array.isArray(result) ? result : [result];
    this.#infer();
    this.#made.set(node.name, outputs);
    if (isData) this.#data.add(node.name);
    const inbound = [
      ...new Set(inputs.flatMap(({ value }) => this.#makers.get(value ?? "") ?? [])),
    ];
    const isLayer = isData && !quiet.test(node.op);
    for (const { value } of outputs) {
      const maker = isLayer ? node.name : inbound[0];
      if (value !== undefined && maker !== undefined && !this.#makers.has(value))
        this.#makers.set(value, maker);
    }
    if (!isLayer) return;
    const port = (x: TfValue, i: number) =>
      this.#port(i === 0 ? node.name : `${node.name}:${i}`, x);
    this.#network.layers.push({
      address: node.name,
      className: node.op.replace(/^_/, ""),
      kind,
      inbound,
      reads: inputs
        .filter((_, i) => this.#data.has(places[i]![0]))
        .flatMap(({ value }) => value ?? []),
      outputs: outputs.map(port),
      ...(before
        ? { preActivation: this.#port(node.name, before.x), activation: before.activation }
        : {}),
      weights,
      parameters: this.#count(weights),
      config: configOf(node),
    });
  }

  #count(weights: readonly string[]): NetworkLayer["parameters"] {
    const count = { trainable: 0, fixed: 0 };
    for (const address of weights) {
      const { shape, trainable } = this.#network.weights.get(address)!;
      count[trainable ? "trainable" : "fixed"] += sizeOf(shape);
    }
    return count;
  }

  #context(
    node: TfNode,
    inputs: readonly TfValue[],
    weights: string[],
    preActivation: TfContext["preActivation"],
  ): TfContext {
    const input = (i: number): TfValue => {
      const x = inputs[i];
      if (x === undefined) throw new StriateError(`input ${i} is missing`);
      return x;
    };
    const whole = <T extends readonly Dim[] | undefined>(items: T, i: number): T => {
      if (items?.every((item) => typeof item !== "number" || Number.isSafeInteger(item)) === false)
        throw new StriateError(`input ${i} should be whole numbers, got ${items.join(", ")}`);
      return items;
    };
    const maybeNumbers = (i: number) => whole(this.#numbers(input(i)), i);
    return {
      b: this.#b,
      node,
      attributes: new TfAttributes(node),
      inputs,
      input,
      shape: (x) => this.#shape(x),
      rank: (x) => this.#shape(x).length,
      type: (x) => {
        this.#infer();
        return x.constant?.type ?? this.#inference.typeOf(x.value!)?.type ?? "float32";
      },
      arrange: (x, order) => this.#arrange(x, order),
      plain: (x) => this.#plain(x),
      maybeNumbers,
      numbers: (i) => {
        const numbers = maybeNumbers(i);
        if (numbers === undefined)
          throw new StriateError(
            `input ${i} is computed from the photo; only a constant is known here`,
          );
        return numbers;
      },
      lengths: (i) => {
        const x = input(i);
        this.#infer();
        if (x.constant || !isIdentityOrder(x.order)) return maybeNumbers(i) ?? [];
        return whole(this.#inference.knownOf(x.value!)?.items ?? [], i);
      },
      int64: (i) => {
        const value = this.#plain(input(i));
        this.#infer();
        const isLong = this.#inference.typeOf(value)?.type === "int64";
        return isLong ? value : this.#b.op("Cast", [value], { to: typeCode("int64") });
      },
      weight: (i, name, order, graphShape) => {
        const x = input(i);
        if (x.constant === undefined) {
          const value = this.#arrange(x, order ?? x.order);
          return graphShape ? this.#b.op("Reshape", [value, this.#b.i64(graphShape)]) : value;
        }
        const address = `${node.name}/${name}`;
        weights.push(address);
        return this.#weight(address, x.constant, order, graphShape);
      },
      preActivation,
    };
  }

  #weight(
    address: string,
    value: Tensor,
    order: readonly number[] = value.shape.map((_, axis) => axis),
    graphShape: readonly number[] = permute(value.shape, order),
  ): string {
    checkOrder(order, value.shape.length);
    if (sizeOf(graphShape) !== sizeOf(value.shape))
      throw new StriateError(
        `weight "${address}": expected ${sizeOf(graphShape)} numbers, got shape ${formatShape(value.shape)}`,
      );
    const weight: NetworkWeight = {
      value: this.#b.fresh(address),
      shape: value.shape,
      order,
      graphShape,
      trainable: !/moving_/.test(address),
    };
    this.#network.weights.set(address, weight);
    return this.#b.initializer(weight.value, weightToGraph(value, weight));
  }

  #read(name: string, output: number): TfValue {
    const x = this.#made.get(name)?.[output];
    if (x === undefined)
      throw new StriateError(`reads output ${output} of "${name}", which nothing makes`);
    return x;
  }

  #numbers(x: TfValue): readonly number[] | undefined {
    if (x.constant) return x.constant.type === "string" ? undefined : toNumbers(x.constant);
    this.#infer();
    return isIdentityOrder(x.order) ? numbersOf(this.#inference.knownOf(x.value!)) : undefined;
  }

  #arrange(x: TfValue, order: readonly number[]): string {
    checkOrder(order, x.order.length);
    if (x.value === undefined) {
      const constant = transpose(x.constant!, order);
      return this.#b.constant(constant);
    }
    const perm = order.map((axis) => x.order.indexOf(axis));
    return isIdentityOrder(perm) ? x.value : this.#b.op("Transpose", [x.value], { perm });
  }

  #plain(x: TfValue): string {
    return this.#arrange(
      x,
      x.order.map((_, axis) => axis),
    );
  }

  #shape(x: TfValue): readonly Dim[] {
    if (x.constant) return x.constant.shape;
    this.#infer();
    const shape = this.#inference.typeOf(x.value!)?.shape;
    if (!shape) throw new StriateError("the rank of an input is not known");
    return x.order.map((_, axis) => shape[x.order.indexOf(axis)]!);
  }

  /** Infers the nodes that were written since the last time. */
  #infer(): void {
    const { nodes } = this.#b.graph;
    for (; this.#inferred < nodes.length; this.#inferred++)
      this.#inference.add(nodes[this.#inferred]!);
  }

  #input(node: TfNode): void {
    const attributes = new TfAttributes(node);
    const declared = attributes.shape("shape");
    if (declared === null)
      throw new StriateError(
        `Placeholder "${node.name}": the file does not say its shape; export the model with a fixed input shape`,
      );
    const shape = declared.map((length, axis) => (axis === 0 && length === null ? "N" : length));
    const pictures = this.#graph.nodes.some(
      ({ op, attributes: { data_format: format } }) =>
        /Conv|Pool/i.test(op) && format?.s !== "NCHW",
    );
    const order = graphOrder(shape.length, pictures && shape.length > 3 ? null : "channels_first");
    const declaredType = attributes.type("dtype");
    const type = declaredType === "int32" ? declaredType : innerType(declaredType);
    const value = this.#b.input(this.#b.fresh(node.name), permute(shape, order), type);
    const inner = type === "int32" ? this.#b.op("Cast", [value], { to: typeCode("int64") }) : value;
    this.#made.set(node.name, [{ value: inner, order }]);
    this.#data.add(node.name);
    this.#makers.set(inner, node.name);
    const port: Port = { name: node.name, value, type, shape, order };
    this.#network.inputs.push(port);
    this.#network.layers.push({
      address: node.name,
      className: "Placeholder",
      kind: "input",
      inbound: [],
      reads: [],
      outputs: [port],
      weights: [],
      parameters: { trainable: 0, fixed: 0 },
      config: {},
    });
  }

  #output(tensor: string): void {
    const [name, output] = placeOf(tensor);
    const x = this.#read(name, output);
    const graph = this.#b.graph;
    const own =
      x.value !== undefined &&
      !graph.inputs.some((input) => input.name === x.value) &&
      !graph.outputs.some((other) => other.name === x.value);
    const value = own ? x.value! : this.#b.op("Identity", [this.#arrange(x, x.order)]);
    this.#infer();
    const port = this.#port(output === 0 ? name : `${name}:${output}`, { value, order: x.order });
    this.#network.outputs.push(port);
    this.#b.output(value, permute(port.shape, x.order), port.type);
  }

  #port(name: string, x: TfValue): Port {
    const value = x.value ?? this.#arrange(x, x.order);
    this.#infer();
    const known = this.#inference.typeOf(value);
    const shape = known?.shape ? this.#shape({ value, order: x.order }) : [];
    return { name, value, type: known?.type ?? "float32", shape, order: x.order };
  }
}

/** An input whose rank is not the one that the op asks for is damage. */
function checkOrder(order: readonly number[], rank: number): void {
  const isPermutation =
    order.length === rank && order.every((axis, i) => axis < rank && order.indexOf(axis) === i);
  if (!isPermutation)
    throw new StriateError(`expected a tensor of ${order.length} axes, got ${rank}`);
}

/** The attributes that a person can read. */
function configOf(node: TfNode): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(node.attributes).flatMap(([name, { s, i, f, b, list }]): [string, unknown][] => {
      const items = list && [list.i, list.f, list.s].find((some) => some && some.length > 0);
      const value = s ?? i ?? f ?? b ?? items;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
