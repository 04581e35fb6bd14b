import { field } from "../../base/fields.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { renameKeras1 } from "../fields/keras1.ts";
import { dataFormatField, graphOrder, joinShape, splitShape } from "../fields/layouts.ts";
import { interpolations, resize } from "./resize.ts";

const enlarged = (space: readonly (number | null)[], size: readonly number[]) =>
  space.map((length, i) => length && length * size[i]!);

/** Repeats each pixel of `(N, C, ...space)` along the spatial axes. */
function repeatPixels(b: GraphBuilder, x: string, size: readonly number[]): string {
  return b.op("Resize", [x, "", b.f32([1, 1, ...size])], {
    mode: "nearest",
    coordinate_transformation_mode: "half_pixel",
    nearest_mode: "round_prefer_ceil",
  });
}

/**
 * Each step of a sequence `(N, T, C)` repeated `size` times.
 *
 * Source: https://keras.io/api/layers/reshaping_layers/up_sampling1d/
 */
export const upSampling1d = defineLayer({
  className: "UpSampling1D",
  kind: "reshaping",
  inputRank: 3,
  fields: { ...commonFields, size: field.int(2, { min: 1 }) },
  fromKeras1: (config) => renameKeras1(config, { length: "size" }),
  outputShape: (config, [input]) => [
    input![0] ?? null,
    input![1] ? input![1] * config.size : null,
    input![2] ?? null,
  ],
  lower({ b, config, inputs, outputShapes, arrange }) {
    const order = graphOrder(3, null);
    const value = repeatPixels(b, arrange(inputs[0]!, order), [config.size]);
    return { value, shape: outputShapes[0]!, order, type: inputs[0]!.type };
  },
});

/**
 * Each voxel repeated `size` times along each spatial axis.
 *
 * Source: https://keras.io/api/layers/reshaping_layers/up_sampling3d/
 */
export const upSampling3d = defineLayer({
  className: "UpSampling3D",
  kind: "reshaping",
  inputRank: 5,
  fields: {
    ...commonFields,
    size: field.tuple(3, [2, 2, 2], { min: 1 }),
    data_format: dataFormatField,
  },
  fromKeras1: (config) => renameKeras1(config),
  outputShape(config, [input]) {
    const { batch, channels, space } = splitShape(input!, config.data_format);
    return joinShape(batch, channels, enlarged(space, config.size), config.data_format);
  },
  lower({ b, config, inputs, outputShapes, arrange }) {
    const order = graphOrder(5, config.data_format);
    const value = repeatPixels(b, arrange(inputs[0]!, order), config.size);
    return { value, shape: outputShapes[0]!, order, type: inputs[0]!.type };
  },
});

/**
 * A picture enlarged by whole factors.
 *
 * Source: https://keras.io/api/layers/reshaping_layers/up_sampling2d/
 */
export const upSampling2d = defineLayer({
  className: "UpSampling2D",
  kind: "reshaping",
  inputRank: 4,
  fields: {
    ...commonFields,
    size: field.tuple(2, [2, 2], { min: 1 }),
    data_format: dataFormatField,
    interpolation: field.choice(interpolations, "nearest"),
  },
  fromKeras1: (config) => renameKeras1(config),
  outputShape(config, [input]) {
    const { batch, channels, space } = splitShape(input!, config.data_format);
    return joinShape(batch, channels, enlarged(space, config.size), config.data_format);
  },
  lower({ b, config, inputs, outputShapes, arrange }) {
    const x = inputs[0]!;
    const order = graphOrder(4, config.data_format);
    const { space } = splitShape(x.shape, config.data_format);
    const factors = { factors: config.size };
    const value = resize(b, arrange(x, order), space, factors, config.interpolation);
    return { value, shape: outputShapes[0]!, order, type: x.type };
  },
});
