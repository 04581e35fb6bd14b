import { field } from "../../base/fields.ts";
import { permute } from "../../base/shape.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { alignInputs, broadcastShapes } from "../merging/merge.ts";
import { graphAxis } from "../symbolic.ts";

// Layers that the networks of keras.applications define for themselves. Files of these networks name
// them like any other class.

/**
 * Multiplies each channel by a factor that was learned (ConvNeXt).
 *
 * Source: H. Touvron et al., Going deeper with Image Transformers, 2021, https://arxiv.org/abs/2103.17239
 */
export const layerScale = defineLayer({
  className: "LayerScale",
  kind: "arithmetic",
  fields: {
    ...commonFields,
    init_values: field.number(),
    projection_dim: field.int(),
  },
  weights: ({ init_values, projection_dim, trainable }) => [
    {
      name: "gamma",
      shape: [projection_dim],
      trainable,
      initializer: { class_name: "Constant", config: { value: init_values } },
    },
  ],
  outputShape: (_, [input]) => input!,
  lower({ b, inputs, weight }) {
    const x = inputs[0]!;
    const last = graphAxis(x, -1);
    // bounded: a difference of ranks
    const behind = new Array<number>(x.order.length - 1 - last).fill(1);
    const gamma = weight("gamma");
    const factor = behind.length === 0 ? gamma : b.op("Reshape", [gamma, b.i64([-1, ...behind])]);
    return { ...x, value: b.op("Mul", [x.value, factor]) };
  },
});

/**
 * Drops the whole branch for a row in training, with the given probability, and scales it otherwise;
 * passes its input on at inference (ConvNeXt).
 *
 * Source: G. Huang et al., Deep Networks with Stochastic Depth, 2016, https://arxiv.org/abs/1603.09382
 */
export const stochasticDepth = defineLayer({
  className: "StochasticDepth",
  kind: "regularization",
  fields: { ...commonFields, drop_path_rate: field.number(undefined, { min: 0, max: 1 }) },
  outputShape: (_, [input]) => input!,
  lower({ b, config, inputs, training, random }) {
    const x = inputs[0]!;
    if (!training || config.drop_path_rate === 0) return x;
    const rows = x.shape.map((length, axis) => (axis === 0 ? length : 1));
    const mask = random("dropout", config.drop_path_rate, x, permute(rows, x.order));
    return { ...x, value: b.op("Mul", [x.value, mask]) };
  },
});

/** `x + scale y`: a residual block whose branch is scaled down (InceptionResNetV2). */
export const customScaleLayer = defineLayer({
  className: "CustomScaleLayer",
  kind: "merging",
  fields: { ...commonFields, scale: field.number() },
  outputShape: (_, inputs) => inputs.reduce(broadcastShapes),
  lower(context) {
    const { b, config, inputs, outputShapes } = context;
    const { values, order } = alignInputs(context);
    const [x, y] = values as [string, string];
    const value = b.op("Add", [x, b.op("Mul", [y, b.f32(config.scale)])]);
    return { ...inputs[0]!, value, shape: outputShapes[0]!, order };
  },
});
