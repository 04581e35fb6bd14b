import { float32, type Tensor } from "../src/base/tensor.ts";
import { sizeOf } from "../src/base/shape.ts";
import type { Argument } from "../src/layers/arguments.ts";
import { definitions, findLayer } from "../src/layers/index.ts";
import { parseLayer } from "../src/layers/layer.ts";
import type { Call, KerasModel, Layer, Ref } from "../src/model/model.ts";

/** Numbers by formula, see fixtures/layers.py. */
export interface Made {
  shape: number[];
  low: number;
  high: number;
  start: number;
  whole?: boolean;
}

/** Every so-manieth element of a tensor. */
export interface Sample {
  shape: number[];
  every: number;
  values: number[];
}

export interface LayerCase {
  note: string;
  version: 1 | 2 | 3;
  /** The whole configuration, or what differs from the first case of the same version. */
  config?: Record<string, unknown>;
  set?: Record<string, unknown>;
  unset?: string[];
  /** Where it is not the fixture's own class. */
  class_name?: string;
  module?: string;
  inputs: Made[];
  weights: (Made & { name: string })[];
  args?: Argument[];
  kwargs?: Record<string, Argument>;
  outputs: Sample[];
  training?: boolean;
  /** What Keras drew at random in training, in its own layout. */
  drawn?: { shape: number[]; values: number[] }[];
  /** The weights after a training step. */
  after?: Sample[];
  tolerance?: number;
}

export interface LayerFixture {
  class: string;
  cases: LayerCase[];
}

/** `low + (high - low) * uint32((i + start) * 2654435761) / 2^32`. */
export function makeInput({ shape, low, high, start, whole }: Made): Tensor<"float32"> {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const value = low + (high - low) * ((Math.imul(i + start, 2654435761) >>> 0) / 2 ** 32);
    return whole ? Math.floor(value) : value;
  });
  return float32(shape, data);
}

export function configOf(fixture: LayerFixture, each: LayerCase): Record<string, unknown> {
  if (each.config) return each.config;
  const base = fixture.cases.find((other) => other.version === each.version)!.config!;
  const unset = new Set(each.unset);
  return Object.fromEntries(
    Object.entries({ ...base, ...each.set }).filter(([key]) => !unset.has(key)),
  );
}

/** A model of one layer, with an input for each tensor that the layer takes. */
export function singleLayerModel(
  fixture: LayerFixture,
  each: LayerCase,
): { model: KerasModel; layer: Layer; call: Call } {
  const { version } = each;
  const prefix = each.module?.includes(".ops.") ? "ops." : "";
  const definition = findLayer(prefix + (each.class_name ?? fixture.class))!;
  const layer: Layer = parseLayer(definition, "layer", configOf(fixture, each), version);
  const shapes = each.inputs.map((input) => input.shape);
  const given = { args: each.args, kwargs: each.kwargs ?? {} };
  const specs = definition.weights?.(layer.config, shapes, given) ?? [];
  each.weights.forEach((made, i) => {
    const spec = specs[i];
    if (spec) layer.weights.set(spec.name, makeInput(made));
  });
  const inputs = each.inputs.map((input, i): Layer => {
    const raw = { batch_shape: [null, ...input.shape.slice(1)] };
    return parseLayer(definitions.inputLayer as never, `input_${i}`, raw, 3);
  });
  const ref = (of: Layer, output = 0): Ref => ({ layer: of, call: 0, output });
  const call: Call = {
    layer,
    index: 0,
    inputs: inputs.map((input) => ref(input)),
    ...given,
  };
  const feeds = inputs.map((input): Call => ({ layer: input, index: 0, inputs: [], kwargs: {} }));
  const model: KerasModel = {
    className: "Functional",
    name: "model",
    layers: [...inputs, layer],
    calls: [...feeds, call],
    inputs: inputs.map((input) => ref(input)),
    outputs: each.outputs.map((_, i) => ref(layer, i)),
    kerasVersion: version,
  };
  return { model, layer, call };
}
