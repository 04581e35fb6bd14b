import { StriateError } from "../../base/errors.ts";
import {
  type Argument,
  type CallArguments,
  isTensorArgument,
  positionalInputs,
} from "../../layers/arguments.ts";
import type { Call, KerasModel, Layer, Ref } from "../../model/model.ts";
import type { Json } from "./json.ts";
import { type TensorShapes, listWeights } from "../../model/lowering/list-weights.ts";
import { type Dialect, layerConfig, layerEntry } from "./write-layer.ts";

/**
 * The JSON of a model's architecture: what `parseKerasModel` reads.
 *
 * @param to Keras 2's words, which Keras 3 also takes, or Keras 3's
 * @throws StriateError naming the layer that the dialect cannot hold
 */
export function modelConfig(model: KerasModel, to: Dialect): Json {
  return new ModelWriter(model, to, listWeights(model).shapes).model(model, model.name);
}

class ModelWriter {
  readonly #root: KerasModel;
  readonly #to: Dialect;
  readonly #shapes: ReadonlyMap<KerasModel, TensorShapes>;

  constructor(root: KerasModel, to: Dialect, shapes: ReadonlyMap<KerasModel, TensorShapes>) {
    this.#root = root;
    this.#to = to;
    this.#shapes = shapes;
  }

  model(model: KerasModel, name: string): Json {
    const own = model.kerasVersion === this.#to ? (model.raw ?? {}) : {};
    const trainable = this.#to === 3 ? { trainable: true } : {};
    const config =
      model.className === "Sequential"
        ? { ...trainable, ...own, name, layers: this.#layers(model) }
        : { ...trainable, ...own, name, ...this.#functional(model) };
    if (this.#to === 2) return { class_name: model.className, config };
    const isSequential = model.className === "Sequential";
    return {
      module: isSequential ? "keras" : "keras.src.models.functional",
      class_name: model.className,
      config,
      registered_name: isSequential ? null : "Functional",
      build_config: { input_shape: isSequential ? this.#inputShape(model) : null },
    };
  }

  #inputShape(model: KerasModel) {
    return this.#shapes.get(model)?.(model.inputs[0]!) ?? null;
  }

  #layers(model: KerasModel): Json[] {
    return model.layers.map((layer) => this.#layer(layer, model));
  }

  #layer(layer: Layer, model: KerasModel): Json {
    const { model: inner, definition } = layer;
    if (inner && definition === undefined) return this.model(inner, layer.name);
    const from = model.kerasVersion;
    const config = layerConfig(this.#withShape(layer, model), from, this.#to);
    if (inner && "layer" in config) config.layer = this.model(inner, inner.name);
    return layerEntry(layer, config, from, this.#to);
  }

  /** An input layer whose shape only the model around knows has it written down. */
  #withShape(layer: Layer, model: KerasModel): Layer {
    const ref = model.inputs.find((input) => input.layer === layer);
    if (ref === undefined || layer.config.batch_shape != null) return layer;
    return { ...layer, config: { ...layer.config, batch_shape: this.#shapes.get(model)!(ref) } };
  }

  #functional(model: KerasModel): Json {
    const calls = new Map<Layer, Call[]>();
    for (const call of model.calls) calls.set(call.layer, [...(calls.get(call.layer) ?? []), call]);
    const layers = model.layers.map((layer) => ({
      ...this.#layer(layer, model),
      name: layer.name,
      inbound_nodes: (calls.get(layer) ?? [])
        .sort((a, b) => a.index - b.index)
        .map((call) => this.#node(call, model)),
    }));
    const ends = (refs: readonly Ref[]) => {
      const all = refs.map((ref) => this.#place(ref, true));
      // Keras 3 writes a single end without a list around it, and needs that of models inside.
      return (this.#to === 3 || model !== this.#root) && all.length === 1 ? all[0] : all;
    };
    return {
      layers,
      input_layers: ends(model.inputs),
      output_layers: ends(model.outputs),
    };
  }

  #node(call: Call, model: KerasModel): unknown {
    return this.#to === 2 ? this.#listNode(call, model) : this.#argumentsNode(call, model);
  }

  /** Keras 2: one `[name, node, output, kwargs]` for each tensor of the first argument. */
  #listNode(call: Call, model: KerasModel): unknown {
    const { layer } = call;
    const { args, kwargs } = model.kerasVersion === 3 ? firstByPlace(call) : call;
    const place = (input: number) => this.#place(call.inputs[input]!);
    const keywords = this.#convert(dropNulls(kwargs), place);
    const list = (args ?? positionalInputs({ kwargs }, call.inputs.length)).map((argument) =>
      isTensorArgument(argument)
        ? [...place(argument.$input), keywords]
        : ["_CONSTANT_VALUE", -1, argument, keywords],
    );
    return bareCalls.has(layer.className) && list.length === 1 ? list[0] : list;
  }

  /** Keras 3: the arguments as they were given, with a record for each tensor. */
  #argumentsNode(call: Call, model: KerasModel): Json {
    if (model.kerasVersion !== 3 && call.args)
      throw new StriateError(
        `${call.layer.className} "${call.layer.name}": Keras 3 has no such layer; write an .h5 file instead`,
      );
    const tensor = (place: number) => this.#tensor(call.inputs[place]!, model);
    const inputs = positionalInputs(call, call.inputs.length).map(({ $input }) => tensor($input));
    const args = call.args
      ? this.#convert(call.args, tensor)
      : [inputs.length === 1 ? inputs[0] : inputs];
    return { args, kwargs: this.#convert(call.kwargs, tensor) };
  }

  #tensor(ref: Ref, model: KerasModel): Json {
    const shape = this.#shapes.get(model)!(ref);
    const config = { shape, dtype: "float32", keras_history: this.#place(ref) };
    return { class_name: "__keras_tensor__", config };
  }

  /** Replaces the tensors of an argument. */
  #convert(argument: unknown, tensor: (place: number) => unknown): unknown {
    if (isTensorArgument(argument as Argument))
      return tensor((argument as { $input: number }).$input);
    if (Array.isArray(argument)) return argument.map((item) => this.#convert(item, tensor));
    if (typeof argument !== "object" || argument === null) return argument;
    return Object.fromEntries(
      Object.entries(argument).map(([key, value]) => [key, this.#convert(value, tensor)]),
    );
  }

  /** A nested model's first call is number 1 where its own inputs count as number 0. */
  #place({ layer, call, output }: Ref, isEnd = false): [string, number, number] {
    const isModel = layer.model !== undefined && layer.definition === undefined;
    const counted = this.#to === 2 || (isEnd && layer.model?.className === "Functional");
    return [layer.name, call + (isModel && counted ? 1 : 0), output];
  }
}

/** Layers of Keras 2 whose single tensor has no list around it. */
const bareCalls = new Set(["TFOpLambda", "SlicingOpLambda"]);

/** Names of the arguments of layers that Keras 3 calls with several by place. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  MultiHeadAttention: ["query", "value", "key"],
};

/** A call of Keras 3 with all but its first argument by name, as Keras 2 keeps it. */
function firstByPlace({ layer, args, kwargs }: Call): CallArguments {
  if (args === undefined) return { kwargs };
  const [first, ...rest] = args;
  const names = parameters[layer.className] ?? [];
  if (!isTensorArgument(first) || rest.length >= Math.max(1, names.length))
    throw new StriateError(
      `${layer.className} "${layer.name}": an .h5 file for Keras 2 cannot hold how it is called; write a .keras file instead`,
    );
  const named = Object.fromEntries(rest.map((argument, i) => [names[i + 1]!, argument]));
  return { args: [first], kwargs: { ...named, ...kwargs } };
}

function dropNulls(kwargs: CallArguments["kwargs"]): Json {
  return Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== null));
}
