import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { float32, toFloat32 } from "../src/base/tensor.ts";
import { flipKernel } from "../src/layers/convolution/convert-kernels.ts";
import type { KerasVersion } from "../src/layers/keras-version.ts";
import { parseLayer } from "../src/layers/layer.ts";
import { findLayer } from "../src/layers/index.ts";
import { type Made, type Sample, makeInput } from "./layer-fixtures.ts";

interface OldWeights {
  note: string;
  class: string;
  version: KerasVersion;
  config: Record<string, unknown>;
  input: (number | null)[];
  arrays: Made[];
  converted: Sample[];
}

const path = fileURLToPath(
  new URL("../fixtures/data/layers/old/old-weights.json", import.meta.url),
);
const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: OldWeights[] };

describe("weights of Keras 1 and of cuDNN layers", () => {
  test.each(cases.map((each) => [each.class, each.note, each] as const))(
    "%s: %s, as tf_keras reads them",
    (_, __, each) => {
      const definition = findLayer(each.class)!;
      // The configuration is in Keras 2's words; the arrays are as old as the case says.
      const { config } = parseLayer(definition, "layer", each.config, 2);
      const origin = {
        version: each.version,
        className: each.class,
        backend: "tensorflow",
      } as const;
      const arrays = each.arrays.map(makeInput);
      const converted = definition.convertWeights!(arrays, config, origin).map(toFloat32);
      const shapes = definition.weights!(config, [each.input]).map((spec) => [...spec.shape]);
      expect(converted.map((array) => [...array.shape])).toEqual(shapes);
      each.converted.forEach((want, i) => {
        expect(converted[i]!.shape).toEqual(want.shape);
        want.values.forEach((value, k) =>
          expect(converted[i]!.data[k * want.every]).toBeCloseTo(value, 6),
        );
      });
    },
  );

  test("Theano's kernels are flipped along every axis of the window, never across channels", () => {
    // (2, 3, 1, 2): window 2 x 3, one input channel, two filters.
    const kernel = float32(
      [2, 3, 1, 2],
      Float32Array.from({ length: 12 }, (_, i) => i),
    );
    const flipped = flipKernel(kernel, 2);
    expect([...toFloat32(flipped).data]).toEqual([10, 11, 8, 9, 6, 7, 4, 5, 2, 3, 0, 1]);
    const definition = findLayer("Conv2D")!;
    const { config } = parseLayer(definition, "layer", { filters: 2, kernel_size: [2, 3] }, 3);
    const read = (backend: "theano" | "tensorflow") =>
      definition.convertWeights!([kernel], config, { version: 2, className: "Conv2D", backend });
    expect(read("theano")[0]!.data).toEqual(flipped.data);
    expect(read("tensorflow")[0]!.data).toEqual(kernel.data);
  });
});

describe("configurations of Keras 1", () => {
  const parse = (className: string, config: Record<string, unknown>) =>
    parseLayer(findLayer(className)!, "layer", config, 1).config;

  test("convolutions", () => {
    const written = {
      nb_filter: 32,
      nb_row: 3,
      nb_col: 5,
      border_mode: "same",
      subsample: [2, 1],
      dim_ordering: "th",
      bias: false,
      init: "glorot_uniform",
      W_regularizer: { name: "WeightRegularizer", l1: 0, l2: 0.01 },
      W_constraint: { name: "MaxNorm", m: 2, axis: 0 },
      activation: "relu",
    };
    const read = {
      filters: 32,
      kernel_size: [3, 5],
      padding: "same",
      strides: [2, 1],
      data_format: "channels_first",
      use_bias: false,
      kernel_initializer: "glorot_uniform",
      kernel_regularizer: { class_name: "L1L2", config: { l1: 0, l2: 0.01 } },
      kernel_constraint: { class_name: "MaxNorm", config: { max_value: 2, axis: 0 } },
      activation: "relu",
    };
    expect(parse("Convolution2D", written)).toMatchObject(read);
    expect(parse("AtrousConvolution2D", { ...written, atrous_rate: [2, 2] })).toMatchObject({
      ...read,
      dilation_rate: [2, 2],
    });
    expect(
      parse("Convolution1D", { nb_filter: 4, filter_length: 3, subsample_length: 2 }),
    ).toMatchObject({ filters: 4, kernel_size: [3], strides: [2] });
    expect(
      parse("Convolution3D", { nb_filter: 4, kernel_dim1: 1, kernel_dim2: 2, kernel_dim3: 3 }),
    ).toMatchObject({ kernel_size: [1, 2, 3] });
  });

  test("pooling, padding, upsampling", () => {
    expect(parse("MaxPooling1D", { pool_length: 3, stride: 2, border_mode: "same" })).toMatchObject(
      {
        pool_size: [3],
        strides: [2],
        padding: "same",
      },
    );
    expect(parse("MaxPooling2D", { dim_ordering: "tf", strides: [2, 2] })).toMatchObject({
      data_format: "channels_last",
    });
    expect(parse("ZeroPadding2D", { padding: [1, 2], dim_ordering: "th" })).toMatchObject({
      padding: [
        [1, 1],
        [2, 2],
      ],
      data_format: "channels_first",
    });
    expect(parse("ZeroPadding2D", { padding: [1, 2, 3, 4] }).padding).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(parse("UpSampling1D", { length: 3 })).toMatchObject({ size: 3 });
  });

  test("dense, recurrent and embedding layers", () => {
    expect(parse("Dense", { output_dim: 7, init: "he_normal" })).toMatchObject({
      units: 7,
      kernel_initializer: "he_normal",
    });
    expect(
      parse("LSTM", { output_dim: 7, inner_activation: "hard_sigmoid", dropout_W: 0.1 }),
    ).toMatchObject({ units: 7, recurrent_activation: "hard_sigmoid", dropout: 0.1 });
    expect(parse("GRU", { output_dim: 7, activation: "tanh" }).reset_after).toBe(false);
    expect(parse("Embedding", { input_dim: 9, output_dim: 7, init: "uniform" })).toMatchObject({
      output_dim: 7,
      embeddings_initializer: "uniform",
    });
    const inner = { class_name: "Dense", config: { output_dim: 7 } };
    expect(parse("TimeDistributed", { layer: inner }).layer).toMatchObject({
      config: { units: 7 },
    });
  });

  test("regularisation and normalisation", () => {
    expect(parse("Dropout", { p: 0.5 }).rate).toBe(0.5);
    expect(parse("GaussianNoise", { sigma: 0.5 }).stddev).toBe(0.5);
    expect(parse("BatchNormalization", { mode: 0, axis: 1, gamma_init: "one" })).toMatchObject({
      axis: 1,
      gamma_initializer: "one",
    });
    expect(() => parse("BatchNormalization", { mode: 1 })).toThrow(/mode 1 of Keras 1/);
  });
});

describe("configurations of Keras 2 that mean something else today", () => {
  const parse = (className: string, config: Record<string, unknown>) =>
    parseLayer(findLayer(className)!, "layer", config, 2).config;

  test("LeakyReLU's alpha, bare or as an array", () => {
    expect(parse("LeakyReLU", { alpha: 0.25 }).negative_slope).toBe(0.25);
    const wrapped = { type: "ndarray", value: 0.25 };
    expect(parse("LeakyReLU", { alpha: wrapped }).negative_slope).toBe(0.25);
    expect(parse("LeakyReLU", {}).negative_slope).toBe(0.3);
  });

  test("a GRU without the key resets before the product, a cuDNN one behind it", () => {
    expect(parse("GRU", { units: 2, activation: "tanh" }).reset_after).toBe(false);
    expect(parse("CuDNNGRU", { units: 2 }).reset_after).toBe(true);
    expect(parse("GRU", { units: 2, activation: "tanh", reset_after: true }).reset_after).toBe(
      true,
    );
  });
});
