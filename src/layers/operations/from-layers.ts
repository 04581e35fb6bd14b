import { StriateError } from "../../base/errors.ts";
import type { LayerDefinition } from "../define-layer.ts";
import { layerNormalization, rmsNormalization } from "../normalization/normalization-layers.ts";
import { batchNormalization } from "../normalization/batch-normalization.ts";
import { depthwiseConv1d, depthwiseConv2d } from "../convolution/depthwise-conv.ts";
import { separableConv1d, separableConv2d } from "../convolution/separable-conv.ts";
import * as pooling from "../pooling/adaptive-pooling.ts";
import { asLayer } from "./as-layer.ts";
import { type Arguments, type Operand, type Operation, type Scope, cast } from "./operation.ts";

/** An operation that does what a layer does, with the layer's weights as arguments of the call. */
interface Form {
  className: string;
  /** The parameters beside the tensors, which are fields of the layer as well. */
  settings: readonly string[];
  /** The layer's name of each tensor argument, in their order: `kernel`, or `gamma|scale`. */
  weights?: readonly string[];
  /** The layer for so many spatial axes. */
  layers: readonly unknown[];
  /** Fields of the layer that follow from the tensors. */
  fields?(given: Readonly<Record<string, Operand>>): Record<string, unknown>;
}

function fromLayer({ className, settings, weights = [], layers, fields }: Form): Operation {
  const names = weights.map((each) => each.split("|"));
  return {
    className,
    parameters: ["x|inputs", ...names.map((all) => all.at(-1)!), ...settings],
    write(scope: Scope, args: Arguments) {
      const x = cast(scope.b, args.tensor("x"), "float32");
      const given = Object.fromEntries(
        names.flatMap((all) =>
          args.has(all.at(-1)!) ? [[all[0]!, args.tensor(all.at(-1)!)] as const] : [],
        ),
      );
      const definition = layers[layers.length === 1 ? 0 : x.shape.length - 3];
      if (definition === undefined)
        throw new StriateError(`takes no tensor of ${x.shape.length} axes`);
      const own = settings.filter((key) => args.has(key)).map((key) => [key, args.raw(key)]);
      return asLayer(scope, x, given, definition as LayerDefinition, {
        ...fields?.(given),
        ...(Object.fromEntries(own) as Record<string, unknown>),
      });
    },
  };
}

/** What the functions add where nothing is said; the layers have another number. */
const EPSILON = 1e-7;
const windowed = ["strides", "padding", "data_format", "dilation_rate"];
const kernelSize = ({ shape }: Operand) => shape.slice(0, -2);

export const fromLayers: Operation[] = [
  fromLayer({
    className: "DepthwiseConv",
    settings: windowed,
    weights: ["kernel"],
    layers: [depthwiseConv1d, depthwiseConv2d],
    fields: ({ kernel }) => ({
      depth_multiplier: kernel!.shape.at(-1),
      kernel_size: kernelSize(kernel!),
      use_bias: false,
    }),
  }),
  fromLayer({
    className: "SeparableConv",
    settings: windowed,
    weights: ["depthwise_kernel", "pointwise_kernel"],
    layers: [separableConv1d, separableConv2d],
    fields: ({ depthwise_kernel: depthwise, pointwise_kernel: pointwise }) => ({
      filters: pointwise!.shape.at(-1),
      depth_multiplier: depthwise!.shape.at(-1),
      kernel_size: kernelSize(depthwise!),
      use_bias: false,
    }),
  }),
  fromLayer({
    className: "BatchNorm",
    settings: ["axis", "epsilon"],
    weights: ["moving_mean|mean", "moving_variance|variance", "beta|offset", "gamma|scale"],
    layers: [batchNormalization],
    fields: ({ beta, gamma }) => ({ center: beta !== undefined, scale: gamma !== undefined }),
  }),
  fromLayer({
    className: "LayerNorm",
    settings: ["axis", "epsilon", "rms_scaling"],
    weights: ["gamma", "beta"],
    layers: [layerNormalization],
    fields: ({ beta, gamma }) => ({
      center: beta !== undefined,
      scale: gamma !== undefined,
      epsilon: EPSILON,
    }),
  }),
  fromLayer({
    className: "RMSNorm",
    settings: ["axis", "epsilon"],
    weights: ["scale"],
    layers: [rmsNormalization],
    fields: () => ({ epsilon: EPSILON }),
  }),
  fromLayer({
    className: "AdaptiveAveragePool",
    settings: ["output_size", "data_format"],
    layers: [
      pooling.adaptiveAveragePooling1d,
      pooling.adaptiveAveragePooling2d,
      pooling.adaptiveAveragePooling3d,
    ],
  }),
  fromLayer({
    className: "AdaptiveMaxPool",
    settings: ["output_size", "data_format"],
    layers: [
      pooling.adaptiveMaxPooling1d,
      pooling.adaptiveMaxPooling2d,
      pooling.adaptiveMaxPooling3d,
    ],
  }),
];
