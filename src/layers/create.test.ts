import { describe, expect, expectTypeOf, test } from "vitest";
import { layers } from "./create.ts";
import { definitions } from "./index.ts";

describe("layers", () => {
  test("a layer is made from camelCase options, with Keras' defaults", () => {
    const layer = layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", name: "block1" });
    expect(layer.className).toBe("Conv2D");
    expect(layer.name).toBe("block1");
    expect(layer.config).toMatchObject({
      filters: 32,
      kernel_size: [3, 3],
      strides: [1, 1],
      padding: "valid",
      activation: "relu",
      use_bias: true,
    });
  });

  test("a layer without required options needs no argument", () => {
    expect(layers.maxPooling2d().config).toMatchObject({ pool_size: [2, 2], strides: null });
    expect(layers.flatten().className).toBe("Flatten");
    expect(layers.dropout({ rate: 0.5, inputShape: [10] }).inputShape).toEqual([10]);
  });

  test("every registered class has its function, named as in the index", () => {
    expect(Object.keys(layers)).toEqual(Object.keys(definitions));
    for (const [name, definition] of Object.entries(definitions)) {
      const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
      expect(letters(name)).toBe(letters(definition.className));
    }
  });

  test("a wrapper takes a layer", () => {
    const inner = layers.conv2d({ filters: 4, kernelSize: [3, 5] });
    expect(layers.timeDistributed({ layer: inner }).config.layer).toEqual({
      class_name: "Conv2D",
      config: { filters: 4, kernel_size: [3, 5] },
    });
  });

  test("a wrong option is named, with the nearest ones", () => {
    const make = layers.conv2d as unknown as (options: object) => unknown;
    expect(() => make({ filter: 3, kernelSize: 3 })).toThrow(
      /layers\.conv2d: unknown option "filter"; nearest: filters/,
    );
    expect(() => make({ filters: 1.5, kernelSize: 3 })).toThrow(
      /"filters": expected a whole number, got 1\.5/,
    );
    expect(() => make({ filters: 3 })).toThrow(/"kernel_size" is missing/);
    expect(() => make({ filters: 3, kernelSize: 3, padding: "full" })).toThrow(
      /expected one of valid, same, causal, got "full"/,
    );
  });

  test("types follow from the fields", () => {
    type Conv = Parameters<typeof layers.conv2d>[0];
    expectTypeOf<Conv["filters"]>().toEqualTypeOf<number>();
    expectTypeOf<NonNullable<Conv["padding"]>>().toEqualTypeOf<"valid" | "same" | "causal">();
    expectTypeOf<NonNullable<Conv["strides"]>>().toEqualTypeOf<number | readonly number[]>();
    // @ts-expect-error filters is required
    expect(() => layers.conv2d({ kernelSize: 3 })).toThrow();
  });
});

describe("a misspelt name", () => {
  test.each([
    [
      () => layers.conv2d({ filters: 1, kernelSize: 3, activation: "rleu" }),
      /activation.*"rleu"; nearest: .*relu/,
    ],
    [
      () => layers.dense({ units: 1, kernelInitializer: "glorot_unifrom" }),
      /initializer "glorot_unifrom"; nearest: GlorotUniform/,
    ],
    [() => layers.dense({ units: 1, kernelRegularizer: "l3" }), /regularizer "l3"; nearest/],
    [
      () => layers.dense({ units: 1, biasConstraint: "max_nrom" }),
      /constraint "max_nrom"; nearest: MaxNorm/,
    ],
    [() => layers.lstm({ units: 1, recurrentInitializer: "orthogonl" }), /nearest: Orthogonal/],
  ])("throws where it is written", (write, words) => {
    expect(write).toThrow(words);
  });
});
