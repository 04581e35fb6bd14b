import { StriateError, UnsupportedError, fail, namingSync } from "../../base/errors.ts";
import { formatShape, permute, sizeOf } from "../../base/shape.ts";
import { type NumericType, type Tensor, castTo } from "../../base/tensor.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { typeCode } from "../../graph/protobuf/types.ts";
import type { Dim } from "../../graph/graph.ts";
import type { LayerKind } from "../../layers/define-layer.ts";
import {
  type Network,
  type NetworkLayer,
  type NetworkWeight,
  type Origin,
  type Port,
  type Unavailable,
  weightToGraph,
} from "../../model/network.ts";
import type { TfContext, TfOp, TfValue } from "./define-op.ts";
import { GraphValues } from "./graph-values.ts";
import { TfAttributes, innerType, type TfGraph, type TfNode } from "./graph-def.ts";
import type { SettledGraph } from "./settle/settle-graph.ts";
import { LeftOutNodes, leftOutLayer } from "./left-out-nodes.ts";
import { inputOf } from "./input-of.ts";
import { checkOrder, configOf, isQuiet } from "./node-words.ts";
import { endsOf, placeOf, sortTfNodes } from "./sort-nodes.ts";

/**
 * Turns a TensorFlow graph, as it is at inference, into a Network: each node writes its ONNX nodes. Every
 * node that does something to the photo is a layer, by its name in the graph.
 *
 * @throws StriateError naming a node whose op is not known, or that cannot be said in ONNX
 */
export const lowerTfGraph = (
  graph: TfGraph & Partial<SettledGraph>,
  name: string,
  origin: Origin,
  ops: TfOps,
): Network => new Lowering(graph, name, origin, ops).run();

/** The ops that a graph is written in. */
export interface TfOps {
  find(op: string): TfOp | undefined;
  /** What is said of an op that is not known. */
  unknown: string;
}

/** An op may be written with fewer inputs than it takes. */
const given = (x: TfValue | undefined): TfValue => x ?? fail("an input is missing");

class Lowering {
  readonly #graph: TfGraph & Partial<SettledGraph>;
  readonly #ops: TfOps;
  readonly #network: Network;
  readonly #b: GraphBuilder;
  readonly #values: GraphValues;
  /** What each node made, by its name. */
  readonly #made = new Map<string, TfValue[]>();
  /** Nodes whose values change with the photo. */
  readonly #data = new Set<string>();
  /** The layer that made each graph value. */
  readonly #makers = new Map<string, string>();
  readonly #left = new LeftOutNodes();

  constructor(graph: TfGraph, name: string, origin: Origin, ops: TfOps) {
    this.#graph = graph;
    this.#ops = ops;
    this.#values = new GraphValues(name);
    this.#b = this.#values.b;
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
    const { nodes } = this.#graph;
    for (const node of sortTfNodes(nodes)) this.#lower(node);
    const outputs =
      this.#graph.outputs ?? endsOf(nodes, (name) => this.#data.has(name) || this.#left.has(name));
    const { assumptions = [], entry } = this.#graph;
    if (assumptions.length > 0) this.#network.assumptions = assumptions;
    // The graph scales the pixels itself.
    if (entry !== undefined) this.#network.preprocessing = { scale: "none" };
    const lost = outputs.filter((output) => this.#left.has(placeOf(output)[0]));
    if (lost.length > 0)
      this.#network.lostOutputs = lost.map((output) => output.replace(/:0$/, ""));
    const kept = outputs.filter((output) => !lost.includes(output));
    for (const output of kept.length > 0
      ? kept
      : this.#left.lastBefore(this.#data, this.#network.inputs))
      this.#output(output);
    return this.#network;
  }

  #lower(node: TfNode): void {
    if (node.op === "NoOp" || node.op === "Assert") return;
    if (node.op === "Const") {
      const constant = this.#graph.constants.get(node.name);
      if (constant === undefined && node.attributes.value) {
        const why = node.attributes.value.s ?? "a constant of a kind that is not read";
        this.#leaveOut(node, { why, needs: [] });
        return;
      }
      if (constant === undefined)
        throw new StriateError(`constant "${node.name}": its value is not in the file`);
      const type = innerType(constant.type);
      const value = type === constant.type ? constant : castTo(constant, type as NumericType);
      this.#made.set(node.name, [{ constant: value, order: value.shape.map((_, axis) => axis) }]);
      return;
    }
    if (/^Placeholder(WithDefault)?$/.test(node.op)) return void this.#input(node);
    const needs = this.#left.neededBy(node);
    if (needs) this.#leaveOut(node, needs);
    else
      namingSync(`${node.op} "${node.name}"`, () => {
        this.#lowerOr(node, (why) => {
          this.#leaveOut(node, { why, needs: [] });
        });
      });
  }

  /** Lowers a node, or says why it cannot be. */
  #lowerOr(node: TfNode, otherwise: (why: string) => void): void {
    const definition = this.#ops.find(node.op);
    if (definition === undefined) {
      otherwise(this.#ops.unknown);
      return;
    }
    try {
      this.#apply(node, definition.kind, definition.lower);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      otherwise(error.message);
    }
  }

  /** A layer that is in the file and cannot be run. */
  #leaveOut(node: TfNode, unavailable: Unavailable): void {
    this.#left.add(node, unavailable);
    if (isQuiet(node) && unavailable.needs.length > 0) return;
    const read = node.inputs.map(placeOf);
    const values = read.flatMap(([name, output]) => this.#made.get(name)?.[output]?.value ?? []);
    const makers = values.flatMap((value) => this.#makers.get(value) ?? []);
    const left = read.flatMap(([name]) => (this.#left.has(name) ? [name] : []));
    this.#network.layers.push(
      leftOutLayer(node, unavailable, [...makers, ...left], this.#ops.find(node.op)?.kind),
    );
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
    for (const output of outputs) this.#values.checkRank(output);
    this.#made.set(node.name, outputs);
    if (isData) this.#data.add(node.name);
    const inbound = [
      ...new Set(inputs.flatMap(({ value }) => this.#makers.get(value ?? "") ?? [])),
    ];
    const isLayer = isData && !isQuiet(node);
    for (const { value } of outputs) {
      const maker = isLayer ? node.name : inbound[0];
      if (value !== undefined && maker !== undefined && !this.#makers.has(value))
        this.#makers.set(value, maker);
    }
    if (!isLayer) return;
    const port = (x: TfValue, i: number) =>
      this.#values.port(i === 0 ? node.name : `${node.name}:${i}`, x);
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
        ? { preActivation: this.#values.port(node.name, before.x), activation: before.activation }
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
    const maybeNumbers = (i: number) => whole(this.#values.numbers(input(i)), i);
    return {
      b: this.#b,
      node,
      attributes: new TfAttributes(node),
      inputs,
      input,
      shape: (x) => this.#values.shape(given(x)),
      rank: (x) => this.#values.shape(given(x)).length,
      type: (x) => given(x).constant?.type ?? this.#values.typeOf(x.value!)?.type ?? "float32",
      arrange: (x, order) => this.#values.arrange(given(x), order),
      plain: (x) => this.#values.plain(given(x)),
      maybeNumbers,
      numbers: (i) => {
        const numbers = maybeNumbers(i);
        if (numbers === undefined)
          throw new UnsupportedError(
            `input ${i} is computed from the photo; only a constant is known here`,
          );
        return numbers;
      },
      lengths: (i) => whole(this.#values.lengths(input(i)), i),
      int64: (i) => this.#values.int64(input(i)),
      weight: (i, name, order, graphShape) => {
        const x = input(i);
        if (x.constant === undefined) {
          const value = this.#values.arrange(x, order ?? x.order);
          return graphShape ? this.#b.op("Reshape", [value, this.#b.i64(graphShape)]) : value;
        }
        const address = `${node.name}/${name}`;
        weights.push(address);
        return this.#weight(address, x.constant, order, graphShape);
      },
      reading: (others) => this.#context(node, others, weights, preActivation),
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

  #input(node: TfNode): void {
    const { shape, order, type } = inputOf(node, this.#graph.nodes);
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
    const value = own ? x.value! : this.#b.op("Identity", [this.#values.arrange(x, x.order)]);
    const port = this.#values.port(output === 0 ? name : `${name}:${output}`, {
      value,
      order: x.order,
    });
    this.#network.outputs.push(port);
    this.#b.output(value, permute(port.shape, x.order), port.type);
  }
}
