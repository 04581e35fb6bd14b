import { StriateError, fail, namingSync } from "../../base/errors.ts";
import { lazyTensor } from "../../base/lazy-tensor.ts";
import { permute, sameShape, sizeOf } from "../../base/shape.ts";
import { type Tensor, toFloat32 } from "../../base/tensor.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import type { Dim } from "../../graph/graph.ts";
import { emptyGraph } from "../../graph/graph.ts";
import { type CallArguments, placesIn } from "../../layers/arguments.ts";
import type {
  KerasShape,
  LowerContext,
  RandomInput,
  SymbolicTensor,
  WeightSpec,
} from "../../layers/define-layer.ts";
import { graphOrder } from "../../layers/fields/layouts.ts";
import { arrangeAxes, plainOrder } from "../../layers/symbolic.ts";
import { leftOutLayer } from "./leave-out.ts";
import type { Call, KerasModel, Layer, Ref } from "../model.ts";
import {
  type Activity,
  type Network,
  type NetworkLayer,
  type NetworkWeight,
  type Origin,
  type Port,
  type Unavailable,
  weightToGraph,
} from "../network.ts";

export interface LowerOptions {
  /** Training behaviour of dropout and batch normalisation. */
  training?: boolean;
  origin?: Origin;
  /** Told of each weight when it is in the graph, and where the layer has it. */
  onWeight?(lowered: LoweredWeight): void;
}

/** A weight of a layer, and what the graph made of it. */
export interface LoweredWeight {
  layer: Layer;
  name: string;
  weight: NetworkWeight;
  /** In the graph's layout; it is turned when somebody looks. */
  turned: Tensor<"float32">;
}

/**
 * Turns a Keras model into a Network: each layer writes its ONNX nodes, in the order of the calls. The
 * batch is free (`N`; `bindDims` binds it), and the model stays as it is.
 */
export function lowerModel(model: KerasModel, options: LowerOptions = {}): Network {
  return new Lowering(model, options).run();
}

class Lowering {
  readonly #model: KerasModel;
  readonly #options: LowerOptions;
  readonly #b: GraphBuilder;
  readonly #layers: NetworkLayer[] = [];
  readonly #weights = new Map<string, NetworkWeight>();
  readonly #random: RandomInput[] = [];
  readonly #updates = new Map<string, string>();
  readonly #activities: Activity[] = [];
  /** Lengths of the sequences whose steps stand in the batch, inside TimeDistributed. */
  #steps: readonly (number | null)[] = [];
  /**
   * The address of the layer that made each tensor. By tensor, not by graph value: a layer that passes
   * its input on (Dropout) makes a tensor of its own of the same value.
   */
  readonly #makers = new Map<SymbolicTensor, string>();

  constructor(model: KerasModel, options: LowerOptions) {
    this.#model = model;
    this.#options = options;
    this.#b = new GraphBuilder(emptyGraph(model.name));
  }

  run(): Network {
    const model = this.#model;
    const feeds = model.inputs.map((ref) => this.#input(ref));
    const outputs = this.#lowerCalls(model, feeds, "", "");
    const { lostOutputs } = model;
    const ports = outputs.map((x, i) => this.#outputPort(x, model.outputs[i]!.layer.name));
    return {
      name: model.name,
      graph: this.#b.graph,
      inputs: feeds.map((x, i) => this.#port(model.inputs[i]!.layer.name, x)),
      outputs: ports,
      layout: usesChannelsFirst(model) ? "NCHW" : "NHWC",
      layers: this.#layers,
      weights: this.#weights,
      random: this.#random,
      updates: this.#updates,
      activities: this.#activities,
      ...(lostOutputs && { lostOutputs }),
      origin: this.#options.origin ?? { format: "striate", dialect: "", writer: "" },
    };
  }

  /** Declares a graph input for an input layer. */
  #input(ref: Ref): SymbolicTensor {
    const { layer } = ref;
    const [declared] = shapesOf(layer, []);
    // A fixed batch in a file is how it was exported, not what the layers need.
    const shape = [null, ...declared!.slice(1)];
    const channelsFirst = usesChannelsFirst(this.#model);
    const order = graphOrder(
      shape.length,
      channelsFirst || shape.length < 4 ? "channels_first" : null,
    );
    const value = this.#b.input(this.#b.fresh(layer.name), permute(this.#dims(shape), order));
    return { value, shape, order, type: "float32" };
  }

  #dims(shape: KerasShape): Dim[] {
    return shape.map((length, axis) => (axis === 0 && length === null ? "N" : length));
  }

  #port(name: string, x: SymbolicTensor): Port {
    return { name, value: x.value, type: x.type, shape: this.#dims(x.shape), order: x.order };
  }

  /** An output of the graph must be made by a node of its own, even if the layer passes its input on. */
  #outputPort(x: SymbolicTensor, name: string): Port {
    const graph = this.#b.graph;
    const taken = graph.outputs.some((output) => output.name === x.value);
    const isInput = graph.inputs.some((input) => input.name === x.value);
    const value = taken || isInput ? this.#b.op("Identity", [x.value]) : x.value;
    const { mask } = x;
    const isMasked = mask !== undefined && x.shape.length > 2;
    const port = { ...this.#port(name, { ...x, value }), ...(isMasked && { mask }) };
    this.#b.output(value, permute(port.shape, x.order), x.type);
    return port;
  }

  /**
   * Lowers the calls of a model.
   * @param path of the weights: `base/`
   * @param place of the layers, with call numbers where a shared model is called again: `base[1]/`
   */
  #lowerCalls(
    model: KerasModel,
    feeds: readonly SymbolicTensor[],
    path: string,
    place: string,
  ): SymbolicTensor[] {
    const made = new Map<string, SymbolicTensor[]>();
    const key = (ref: { layer: Layer; call: number }) => `${ref.call}:${ref.layer.name}`;
    const read = (ref: Ref): SymbolicTensor => {
      const found = made.get(key(ref))?.[ref.output];
      if (found === undefined)
        throw new StriateError(`layer "${ref.layer.name}" is read before it is made`);
      return found;
    };
    model.inputs.forEach((ref, i) => {
      made.set(key(ref), [feeds[i]!]);
      if (path === "") this.#recordInput(ref.layer, feeds[i]!);
    });
    const inputLayers = new Set(model.inputs.map((ref) => ref.layer));
    for (const call of model.calls) {
      if (inputLayers.has(call.layer)) continue;
      const outputs = this.#lowerCall(model, call, call.inputs.map(read), path, place);
      made.set(key({ layer: call.layer, call: call.index }), outputs);
    }
    for (const { call, unavailable } of model.leftOut ?? [])
      this.#recordLeftOut(call, unavailable, place, made);
    // An output of a model inside that cannot be had is read by nothing.
    return model.outputs.map((ref) => made.get(key(ref))?.[ref.output] ?? feeds[0]!);
  }

  /** A layer that is in the file and cannot be run. */
  #recordLeftOut(
    { layer, inputs }: Call,
    { why, needs }: Unavailable,
    place: string,
    made: ReadonlyMap<string, readonly SymbolicTensor[]>,
  ): void {
    const inbound = inputs.map((ref) => {
      const x = made.get(`${ref.call}:${ref.layer.name}`)?.[ref.output];
      return x ? (this.#makers.get(x) ?? "") : `${place}${ref.layer.name}`;
    });
    this.#layers.push(leftOutLayer(layer, { why, needs }, place, inbound));
  }

  #lowerCall(
    model: KerasModel,
    call: Call,
    inputs: readonly SymbolicTensor[],
    path: string,
    place: string,
  ): SymbolicTensor[] {
    const { layer } = call;
    const shared = model.calls.filter((other) => other.layer === layer).length > 1;
    const address = `${place}${layer.name}${shared ? `[${call.index}]` : ""}`;
    if (layer.model && layer.definition === undefined) {
      const inner = this.#lowerCalls(layer.model, inputs, `${path}${layer.name}/`, `${address}/`);
      const outputs = inner.map((x) => ({ ...x }));
      this.#record(layer, address, [], inputs, outputs);
      return outputs;
    }
    return namingSync(`${layer.className} "${address}"`, () =>
      this.#lowerLayer(model, call, inputs, path + layer.name, address),
    );
  }

  #lowerLayer(
    model: KerasModel,
    call: Call,
    inputs: readonly SymbolicTensor[],
    weightPath: string,
    address: string,
  ): SymbolicTensor[] {
    const { layer } = call;
    const inner = layer.model;
    const shapes = inputs.map((x) => x.shape);
    const specs = layer.definition!.weights?.(layer.config, shapes, call) ?? [];
    const paths = specs.map((spec) => `${weightPath}/${spec.name}`);
    // All of them, in the file's order, also those that this call does not read.
    specs.forEach((spec, i) => this.#weight(layer, spec, paths[i]!));
    let before: { x: SymbolicTensor; activation: string } | undefined;
    const arrange = (x: SymbolicTensor, order: readonly number[]): string =>
      arrangeAxes(this.#b, x, order);
    const context: LowerContext<Record<string, unknown>> = {
      b: this.#b,
      config: layer.config,
      address,
      inputs: withMasks(inputs, call),
      outputShapes: shapesOf(layer, shapes, call),
      training: this.#options.training ?? false,
      kerasVersion: model.kerasVersion,
      call,
      hasWeight: (name) => specs.some((spec) => spec.name === name),
      weight: (name) =>
        this.#weights.get(`${weightPath}/${name}`)?.value ?? fail(`has no weight "${name}"`),
      arrange,
      plain: (x) => arrange(x, plainOrder(x.order.length)),
      random: (distribution, rate, like, shape) =>
        this.#randomInput(distribution, rate, shape ?? permute(like.shape, like.order), address),
      withSteps: (steps, work) => {
        const around = this.#steps;
        this.#steps = [...around, steps];
        const result = work();
        this.#steps = around;
        return result;
      },
      update: (weight, value) => void this.#updates.set(`${weightPath}/${weight}`, value),
      penalize: (x, regularizer) => this.#penalize(x, regularizer),
      preActivation: (x, activation) => void (before = { x, activation }),
      ...(inner && {
        lowerModel: (feeds: readonly SymbolicTensor[]) =>
          this.#lowerCalls(inner, feeds, `${weightPath}/`, `${address}/`),
      }),
    };
    const result = layer.definition!.lower(context);
    const made = Array.isArray(result) ? (result as SymbolicTensor[]) : [result as SymbolicTensor];
    const outputs = made.map((x) => ({ ...x }));
    for (const x of outputs) this.#penalize(x, activityRegularizer(layer));
    this.#record(layer, address, paths, inputs, outputs, before);
    return outputs;
  }

  #penalize(x: SymbolicTensor, regularizer: unknown): void {
    if (regularizer === null || regularizer === undefined) return;
    const { value, order } = x;
    const batchAxis = order.indexOf(0);
    const hasSteps = this.#steps.length > 0;
    this.#activities.push({ value, rank: order.length, batchAxis, hasSteps, regularizer });
  }

  #weight(layer: Layer, spec: WeightSpec, path: string): void {
    if (this.#weights.has(path)) return;
    const value = layer.weights.get(spec.name);
    if (value === undefined) throw new StriateError(`its weight "${spec.name}" is not in the file`);
    if (!sameShape(value.shape, spec.shape))
      throw new StriateError(
        `weight "${spec.name}": expected shape [${spec.shape.join(", ")}], got [${value.shape.join(", ")}]`,
      );
    const order = spec.order ?? spec.shape.map((_, axis) => axis);
    const weight: NetworkWeight = {
      value: this.#b.fresh(path),
      shape: spec.shape,
      order,
      graphShape: spec.graphShape ?? permute(spec.shape, order),
      trainable: spec.trainable,
      initializer: spec.initializer,
      regularizer: spec.regularizer,
      constraint: spec.constraint,
    };
    this.#weights.set(path, weight);
    const turned = lazyTensor(
      "float32",
      weight.graphShape,
      () => toFloat32(weightToGraph(toFloat32(value), weight)).data,
    );
    this.#b.initializer(weight.value, turned);
    this.#options.onWeight?.({ layer, name: spec.name, weight, turned });
  }

  #randomInput(
    distribution: RandomInput["distribution"],
    rate: number,
    shape: readonly (number | null)[],
    address: string,
  ): string {
    const name = this.#b.fresh(`${address}/random`);
    const [batch, ...rest] = shape;
    const whole = batch === null ? [null, ...this.#knownSteps(), ...rest] : shape;
    this.#b.input(name, this.#dims(whole));
    this.#random.push({ value: name, shape: whole, distribution, rate });
    if (whole.length === shape.length) return name;
    return this.#b.op("Reshape", [name, this.#b.i64([-1, ...(rest as number[])])]);
  }

  #knownSteps(): number[] {
    return this.#steps.map((steps) => {
      if (steps === null)
        throw new StriateError(
          "needs sequences of known length in training, to draw for each step",
        );
      return steps;
    });
  }

  #recordInput(layer: Layer, x: SymbolicTensor): void {
    this.#record(layer, layer.name, [], [], [x]);
  }

  #record(
    layer: Layer,
    address: string,
    weights: string[],
    inputs: readonly SymbolicTensor[],
    outputs: readonly SymbolicTensor[],
    before?: { x: SymbolicTensor; activation: string },
  ): void {
    const parameters = { trainable: 0, fixed: 0 };
    for (const path of weights) {
      const weight = this.#weights.get(path)!;
      parameters[weight.trainable ? "trainable" : "fixed"] += sizeOf(weight.shape);
    }
    this.#layers.push({
      address,
      className: layer.className,
      kind: layer.definition?.kind ?? "model",
      inbound: inputs.map((x) => this.#makers.get(x) ?? ""),
      reads: inputs.map((x) => x.value),
      outputs: outputs.map((x, i) =>
        this.#port(outputs.length > 1 ? `${address}:${i}` : address, x),
      ),
      ...(before && {
        preActivation: this.#port(address, before.x),
        activation: before.activation,
      }),
      weights,
      parameters,
      config: layer.config,
    });
    for (const x of outputs) this.#makers.set(x, address);
  }
}

/** The regularizer of a layer's outputs. Every layer of Keras takes one, whether it names it or not. */
function activityRegularizer({ definition, config, raw }: Layer): unknown {
  return definition?.activityRegularizer
    ? definition.activityRegularizer(config)
    : (config.activity_regularizer ?? raw.activity_regularizer);
}

/** Keras 3 names the masks of a call; they belong to its inputs, in order. */
function withMasks(inputs: readonly SymbolicTensor[], call: Call): readonly SymbolicTensor[] {
  const masks = placesIn(call.kwargs.mask);
  if (masks.length === 0) return inputs;
  return inputs.map((x, i) =>
    masks[i] === undefined ? x : { ...x, mask: inputs[masks[i]]!.value },
  );
}

/**
 * The output shapes of a layer, always as a list.
 *
 * @param inner shapes that the model inside puts out, for a wrapper that holds one
 */
export function shapesOf(
  layer: Layer,
  inputs: readonly KerasShape[],
  call: CallArguments = { kwargs: {} },
  inner?: readonly KerasShape[],
): KerasShape[] {
  const shapes = layer.definition!.outputShape(layer.config, inputs, call, inner);
  return Array.isArray(shapes[0]) ? (shapes as KerasShape[]) : [shapes as KerasShape];
}

function usesChannelsFirst(model: KerasModel): boolean {
  return model.layers.some(
    (layer) =>
      layer.config.data_format === "channels_first" ||
      (layer.model !== undefined && usesChannelsFirst(layer.model)),
  );
}
