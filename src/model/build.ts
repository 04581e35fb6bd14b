import { StriateError } from "../base/errors.ts";
import type { CreatedLayer } from "../layers/create.ts";
import { inputLayer } from "../layers/core/input-layer.ts";
import { parseLayer } from "../layers/layer.ts";
import { listWeights } from "./lowering/list-weights.ts";
import { initializeWeights } from "./lowering/initialize-weights.ts";
import type { Call, KerasModel, Layer, Ref } from "./model.ts";

/** Something to build with: a layer, or a whole model as one. */
export type Block = CreatedLayer | KerasModel;

export interface BuildOptions {
  name?: string;
  /** Of the weights that are drawn; the same seed gives the same weights. */
  seed?: number;
}

/** A tensor of a functional model while it is built. */
export interface BuildTensor {
  readonly block: CreatedLayer | KerasModel;
  readonly call: BuildCall;
  /** Which output of the call it is. */
  readonly output: number;
}

/** One use of a block. */
export interface BuildCall {
  readonly block: Block;
  readonly inputs: readonly BuildTensor[];
}

/**
 * A model in which each layer reads the one before.
 *
 * @param blocks the first is an input layer, or has an `inputShape`
 * @throws StriateError naming the layer that does not fit behind the one before
 */
export function buildSequential(
  blocks: readonly Block[],
  { name = "sequential", seed }: BuildOptions = {},
): KerasModel {
  const [first, ...rest] = blocks;
  if (first === undefined) throw new StriateError("a model needs at least one layer");
  const shape = "inputShape" in first ? first.inputShape : undefined;
  const isInput = !isModel(first) && first.definition === inputLayer;
  if (!isInput && !isModel(first) && shape === undefined)
    throw new StriateError(
      `${first.className}: the first layer needs an inputShape, or an input({ shape }) before it`,
    );
  const innerShape = isModel(first) ? inputShapeOf(first) : shape;
  const start = isInput ? first : inputOf(innerShape!);
  const names = new Names();
  const layers = [start, ...(isInput ? rest : blocks)].map((block) => toLayer(block, names));
  const calls = layers
    .slice(1)
    .map((layer, i): Call => ({ layer, index: 0, inputs: [refTo(layers[i]!)], kwargs: {} }));
  const model: KerasModel = {
    className: "Sequential",
    name,
    layers,
    calls,
    inputs: [refTo(layers[0]!)],
    outputs: [refTo(layers.at(-1)!)],
    kerasVersion: 3,
  };
  return finished(model, seed);
}

/** The place where data enters a functional model. */
export function buildInput(options: {
  /** Of one example. */
  shape: readonly (number | null)[];
  name?: string;
}): BuildTensor {
  const block = inputOf(options.shape, options.name);
  return { block, call: { block, inputs: [] }, output: 0 };
}

/** What a layer, or a model, makes of tensors. */
export function applyBlock(
  block: Block,
  inputs: BuildTensor | readonly BuildTensor[],
): BuildTensor {
  const list = Array.isArray(inputs) ? (inputs as BuildTensor[]) : [inputs as BuildTensor];
  return { block, call: { block, inputs: list }, output: 0 };
}

/**
 * A model of any shape: everything that lies between inputs and outputs.
 *
 * @throws StriateError naming the layer whose inputs do not fit
 */
export function buildFunctional(
  ends: {
    inputs: BuildTensor | readonly BuildTensor[];
    outputs: BuildTensor | readonly BuildTensor[];
  },
  { name = "functional", seed }: BuildOptions = {},
): KerasModel {
  const inputs = [ends.inputs].flat() as BuildTensor[];
  const outputs = [ends.outputs].flat() as BuildTensor[];
  const names = new Names();
  const layers = new Map<Block, Layer>();
  const made = new Map<BuildCall, Call>();
  const calls: Call[] = [];
  const layerOf = (block: Block): Layer => {
    const known = layers.get(block);
    if (known) return known;
    const layer = toLayer(block, names);
    layers.set(block, layer);
    return layer;
  };
  const refOf = ({ call, output }: BuildTensor): Ref => {
    const { layer, index } = visit(call);
    return { layer, call: index, output };
  };
  const visit = (call: BuildCall): Call => {
    const known = made.get(call);
    if (known) return known;
    if (call.inputs.length === 0 && !inputs.some((each) => each.call === call))
      throw new StriateError("an input that the outputs need is not among the model's inputs");
    const read = call.inputs.map(refOf);
    const layer = layerOf(call.block);
    const index = calls.filter((other) => other.layer === layer).length;
    const added: Call = { layer, index, inputs: read, kwargs: {} };
    made.set(call, added);
    if (read.length > 0) calls.push(added);
    return added;
  };
  const inputRefs = inputs.map(refOf);
  const outputRefs = outputs.map(refOf);
  const model: KerasModel = {
    className: "Functional",
    name,
    layers: [...layers.values()],
    calls,
    inputs: inputRefs,
    outputs: outputRefs,
    kerasVersion: 3,
  };
  return finished(model, seed);
}

/** Checks the shapes and draws the weights. */
function finished(model: KerasModel, seed: number | undefined): KerasModel {
  for (const { layer, path, specs } of listWeights(model).weights)
    if (specs.some(({ shape }) => shape.includes(0)))
      throw new StriateError(
        `${layer.className} "${path}": nothing is left of its input; a window before it is larger ` +
          `than what it slides over`,
      );
  initializeWeights(model, seed);
  return model;
}

const isModel = (block: Block): block is KerasModel => "calls" in block;

const refTo = (layer: Layer): Ref => ({ layer, call: 0, output: 0 });

function inputOf(shape: readonly (number | null)[], name?: string): CreatedLayer {
  const raw = { batch_shape: [null, ...shape], dtype: "float32" };
  const layer: CreatedLayer = parseLayer(inputLayer, name ?? "", raw, 3);
  return { ...layer, name };
}

function inputShapeOf(model: KerasModel): readonly (number | null)[] {
  const shape = model.inputs[0]?.layer.config.batch_shape;
  return Array.isArray(shape) ? (shape as (number | null)[]).slice(1) : [];
}

function toLayer(block: Block, names: Names): Layer {
  if (isModel(block))
    return {
      name: names.take(block.name, true),
      className: block.className,
      config: {},
      raw: { name: block.name },
      weights: new Map(),
      model: block,
    };
  const { className, definition, config, raw } = block;
  const name = names.take(block.name ?? "", Boolean(block.name), className);
  const weights = new Map(block.weights);
  return { name, className, definition, config, raw: { ...raw, name }, weights };
}

/** Gives each layer of a model a name of its own, in Keras' way. */
class Names {
  readonly #taken = new Set<string>();

  /** @param fixed the user gave the name, so that it may not be changed */
  take(name: string, fixed: boolean, className = ""): string {
    if (fixed && this.#taken.has(name))
      throw new StriateError(`two layers are called "${name}"; give each a name of its own`);
    const stem = fixed ? name : snakeCase(className);
    let result = stem;
    for (let i = 1; this.#taken.has(result); i++) result = `${stem}_${i}`;
    this.#taken.add(result);
    return result;
  }
}

/** `MaxPooling2D` as `max_pooling2d`, by the rule of Keras' own automatic names. */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
