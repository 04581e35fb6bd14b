import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import {
  convertInner,
  innerLayer,
  innerShapes,
  innerWeights,
  lowerInner,
} from "../core/inner-layer.ts";

/**
 * A layer whose kernel training keeps at spectral norm 1. A file holds the kernel as training left it,
 * so that at inference the inner layer works alone.
 *
 * Source: Miyato et al. 2018, https://arxiv.org/abs/1802.05957;
 * https://keras.io/api/layers/normalization_layers/spectral_normalization/
 */
export const spectralNormalization = defineLayer({
  className: "SpectralNormalization",
  kind: "wrapper",
  fields: { ...commonFields, layer: field.json(), power_iterations: field.int(1, { min: 1 }) },
  fromKeras2: (config) => convertInner(config, "layer", "fromKeras2"),
  weights(config, inputs) {
    const specs = innerWeights(innerLayer(config.layer), inputs, "", "layer");
    const kernel = specs[0];
    if (kernel === undefined) throw new StriateError("the layer that it holds has no kernel");
    const vector = {
      name: "vector_u",
      shape: [1, kernel.shape.at(-1)!],
      trainable: false,
      initializer: "truncated_normal",
    };
    // The wrapper keeps the kernel as its own, and so does the layer.
    return [{ ...kernel, holder: undefined, alsoIn: kernel.holder }, vector, ...specs.slice(1)];
  },
  outputShape: (config, inputs) => innerShapes(innerLayer(config.layer), inputs),
  lower(context) {
    if (context.training) throw new StriateError("spectral normalisation is not trained here");
    return lowerInner(context, innerLayer(context.config.layer), context.inputs, "");
  },
});
