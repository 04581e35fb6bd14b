import { StriateError, fail, namingSync } from "../../base/errors.ts";
import { permute } from "../../base/shape.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { emptyGraph } from "../../graph/graph.ts";
import { placesIn } from "../../layers/arguments.ts";
import type { LowerContext, SymbolicTensor, WeightSpec } from "../../layers/define-layer.ts";
import { graphOrder } from "../../layers/fields/layouts.ts";
import { arrangeAxes, plainOrder } from "../../layers/symbolic.ts";
import type { Call, KerasModel, Layer, Ref } from "../model.ts";
import type { Network, NetworkWeight, Origin, Port } from "../network.ts";
import { type LoweredWeight, lowerWeight } from "./lower-weight.ts";
import { type BeforeActivation, LoweredLayers, dimsOf, portOf } from "./lowered-layers.ts";
import { shapesOf } from "./shapes-of.ts";
import { TrainingValues } from "./training-values.ts";

export interface LowerOptions {
  /** Training behaviour of dropout and batch normalisation. */
  training?: boolean;
  origin?: Origin;
  /** Told of each weight when it is in the graph, and where the layer has it. */
  onWeight?(lowered: LoweredWeight): void;
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
  readonly #layers: LoweredLayers;
  readonly #weights = new Map<string, NetworkWeight>();
  readonly #training: TrainingValues;

  constructor(model: KerasModel, options: LowerOptions) {
    this.#model = model;
    this.#options = options;
    this.#b = new GraphBuilder(emptyGraph(model.name));
    this.#layers = new LoweredLayers(this.#weights);
    this.#training = new TrainingValues(this.#b);
  }

  run(): Network {
    const model = this.#model;
    const feeds = model.inputs.map((ref) => this.#input(ref));
    const outputs = this.#lowerCalls(model, feeds, "", "");
    const { lostOutputs } = model;
    const { random, updates, activities } = this.#training;
    const ports = outputs.map((x, i) => this.#outputPort(x, model.outputs[i]!.layer.name));
    return {
      name: model.name,
      graph: this.#b.graph,
      inputs: feeds.map((x, i) => portOf(model.inputs[i]!.layer.name, x)),
      outputs: ports,
      layout: usesChannelsFirst(model) ? "NCHW" : "NHWC",
      layers: this.#layers.list,
      weights: this.#weights,
      random,
      updates,
      activities,
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
    const value = this.#b.input(this.#b.fresh(layer.name), permute(dimsOf(shape), order));
    return { value, shape, order, type: "float32" };
  }

  /** An output of the graph must be made by a node of its own, even if the layer passes its input on. */
  #outputPort(x: SymbolicTensor, name: string): Port {
    const graph = this.#b.graph;
    const taken = graph.outputs.some((output) => output.name === x.value);
    const isInput = graph.inputs.some((input) => input.name === x.value);
    const value = taken || isInput ? this.#b.op("Identity", [x.value]) : x.value;
    const { mask } = x;
    const isMasked = mask !== undefined && x.shape.length > 2;
    const port = { ...portOf(name, { ...x, value }), ...(isMasked && { mask }) };
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
    const find = (ref: Ref) => made.get(key(ref))?.[ref.output];
    const read = (ref: Ref): SymbolicTensor => {
      const found = find(ref);
      if (found === undefined)
        throw new StriateError(`layer "${ref.layer.name}" is read before it is made`);
      return found;
    };
    model.inputs.forEach((ref, i) => {
      const outputs = [feeds[i]!];
      made.set(key(ref), outputs);
      if (path === "")
        this.#layers.add(ref.layer, ref.layer.name, { inputs: [], outputs, weights: [] });
    });
    const inputLayers = new Set(model.inputs.map((ref) => ref.layer));
    for (const call of model.calls) {
      if (inputLayers.has(call.layer)) continue;
      const outputs = this.#lowerCall(model, call, call.inputs.map(read), path, place);
      made.set(key({ layer: call.layer, call: call.index }), outputs);
    }
    for (const { call, unavailable } of model.leftOut ?? [])
      this.#layers.addLeftOut(call, unavailable, place, call.inputs.map(find));
    // An output of a model inside that cannot be had is read by nothing.
    return model.outputs.map((ref) => find(ref) ?? feeds[0]!);
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
      this.#layers.add(layer, address, { inputs, outputs, weights: [] });
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
    const training = this.#training;
    let before: BeforeActivation | undefined;
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
        training.draw(distribution, rate, shape ?? permute(like.shape, like.order), address),
      withSteps: (steps, work) => training.withSteps(steps, work),
      update: (weight, value) => void training.updates.set(`${weightPath}/${weight}`, value),
      penalize: (x, regularizer) => training.penalize(x, regularizer),
      preActivation: (x, activation) => void (before = { x, activation }),
      ...(inner && {
        lowerModel: (feeds: readonly SymbolicTensor[]) =>
          this.#lowerCalls(inner, feeds, `${weightPath}/`, `${address}/`),
      }),
    };
    const result = layer.definition!.lower(context);
    const made = Array.isArray(result) ? (result as SymbolicTensor[]) : [result as SymbolicTensor];
    const outputs = made.map((x) => ({ ...x }));
    for (const x of outputs) training.penalize(x, activityRegularizer(layer));
    this.#layers.add(layer, address, { inputs, outputs, weights: paths, before });
    return outputs;
  }

  /** Puts a weight into the graph, once for all calls of its layer. */
  #weight(layer: Layer, spec: WeightSpec, path: string): void {
    if (this.#weights.has(path)) return;
    const lowered = lowerWeight(this.#b, layer, spec, path);
    this.#weights.set(path, lowered.weight);
    this.#options.onWeight?.(lowered);
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

function usesChannelsFirst(model: KerasModel): boolean {
  return model.layers.some(
    (layer) =>
      layer.config.data_format === "channels_first" ||
      (layer.model !== undefined && usesChannelsFirst(layer.model)),
  );
}
