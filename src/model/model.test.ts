import { describe, expect, it } from "vitest";
import { chain } from "../../test/chain.ts";
import { float32 } from "../base/tensor.ts";
import { transpose } from "../base/transpose.ts";
import { checkInput, selectLayers, weightToGraph, weightToUser } from "./network.ts";
import { photoInput, preprocessingFor } from "./photo/photo-input.ts";
import { receptiveFields } from "./facts/receptive-field.ts";
import { formatSummary, summarize } from "./facts/summary.ts";

const conv = (filters: number, more: Record<string, unknown> = {}) =>
  ["Conv2D", { filters, kernel_size: 3, activation: "relu", ...more }] as const;

const tutorial = () =>
  chain(
    [null, 150, 150, 3],
    [
      conv(32),
      ["MaxPooling2D"],
      conv(64),
      ["MaxPooling2D"],
      ["Flatten"],
      ["Dropout", { rate: 0.5 }],
      ["Dense", { units: 1, activation: "sigmoid" }],
    ],
  );

describe("the summary", () => {
  it("counts parameters and multiply-adds as they are counted by hand", () => {
    const summary = summarize(tutorial());
    const dense = 36 * 36 * 64;
    expect(summary.parameters.total).toBe(896 + 18496 + dense + 1);
    expect(summary.layers.map((layer) => layer.multiplyAdds)).toEqual([
      0,
      148 * 148 * 32 * 27,
      0,
      72 * 72 * 64 * 9 * 32,
      0,
      0,
      0,
      dense,
    ]);
  });

  it("is the table that Keras prints", () => {
    const text = formatSummary(summarize(tutorial()));
    expect(text).toMatch(/^Model: "chain"\n/);
    expect(text).toMatch(/conv2d_1 \(Conv2D\) +\(None, 148, 148, 32\) +896 +3 x 3 +18\.9 M/);
    expect(text).toContain("Non-trainable params: 0 (0.00 B)");
  });

  it("weights that are not trained are counted apart", () => {
    const summary = summarize(chain([null, 8, 8, 3], [["BatchNormalization"]]));
    expect(summary.parameters).toMatchObject({ total: 12, trainable: 6, fixed: 6 });
  });
});

describe("receptive fields", () => {
  const fieldOf = (network: ReturnType<typeof chain>) =>
    receptiveFields(network).get(network.outputs[0]!.value);

  it("grow with kernels and strides, and start in the padding", () => {
    const network = chain(
      [null, 32, 32, 3],
      [conv(4, { padding: "same" }), ["MaxPooling2D"], conv(4, { padding: "same", strides: 2 })],
    );
    // 3, then a pool to 4 (step 2), then 4 + 2 * 2 = 8 (step 4); "same" with stride 2 on 16 pads the end.
    expect(fieldOf(network)).toMatchObject([
      { size: 8, step: 4, firstCentre: 2.5 },
      { size: 8, step: 4, firstCentre: 2.5 },
    ]);
  });

  it("see padding of an own layer, dilation, and height and width apart", () => {
    const network = chain(
      [null, 40, 40, 1],
      [
        [
          "ZeroPadding2D",
          {
            padding: [
              [2, 0],
              [1, 0],
            ],
          },
        ],
        conv(2, { kernel_size: [3, 5], dilation_rate: [2, 1] }),
      ],
    );
    expect(fieldOf(network)).toMatchObject([
      { size: 5, step: 1, firstCentre: 0 },
      { size: 5, step: 1, firstCentre: 1 },
    ]);
  });

  it("a dense layer sees all", () => {
    expect(fieldOf(tutorial())).toBe("all");
  });
});

describe("the photo input", () => {
  it("knows channels first and last, grey and colour", () => {
    expect(photoInput(tutorial())).toMatchObject({
      layout: "NHWC",
      size: [150, 150],
      channels: 3,
    });
    const first = chain([null, 1, 20, 30], [conv(2, { data_format: "channels_first" })]);
    expect(photoInput(first)).toMatchObject({ layout: "NCHW", size: [20, 30], channels: 1 });
  });

  it("a network that takes no photo says what it takes", () => {
    expect(() => photoInput(chain([null, 10], [["Dense", { units: 2 }]]))).toThrow("(N, 10)");
    expect(() => photoInput(chain([null, 9, 9, 7], [conv(2)]))).toThrow("(N, 9, 9, 7)");
  });

  it("is not scaled again by a network that scales itself", () => {
    const inside = chain([null, 9, 9, 3], [["Rescaling", { scale: 1 / 255, offset: 0 }], conv(2)]);
    expect(preprocessingFor(inside).how.scale).toBe("none");
    expect(preprocessingFor(inside, { scale: "-1..1" }).how.scale).toBe("-1..1");
    expect(preprocessingFor(tutorial()).how.scale).toBe("1/255");
    const stored = { ...tutorial(), preprocessing: { scale: "imagenet", resize: "nearest" } };
    expect(preprocessingFor(stored).how).toMatchObject({ scale: "imagenet", resize: "nearest" });
  });
});

describe("a network", () => {
  it("picks convolutions by class, not by name", () => {
    const picked = selectLayers(tutorial(), "conv").map((layer) => layer.address);
    expect(picked).toEqual(["conv2d_1", "conv2d_3"]);
    expect(selectLayers(tutorial(), "conv,dense").map((layer) => layer.kind)).toEqual([
      "convolution",
      "convolution",
      "dense",
    ]);
  });

  it("names the input whose shape is wrong", () => {
    const { inputs } = tutorial();
    expect(() => checkInput(float32([1, 2, 2, 3], new Float32Array(12)), inputs[0]!)).toThrow(
      'input "inputlayer_0": expected shape (N, 150, 150, 3), got (1, 2, 2, 3)',
    );
  });

  it("weights come back as they went in", () => {
    const shape = [3, 2, 4, 5];
    const kernel = float32(
      shape,
      Float32Array.from({ length: 120 }, (_, i) => i),
    );
    const weight = { order: [3, 2, 0, 1], shape, graphShape: [5, 4, 3, 2] };
    const inside = weightToGraph(kernel, weight);
    expect(inside).toEqual(transpose(kernel, [3, 2, 0, 1]));
    expect(weightToUser(inside, weight)).toEqual(kernel);
  });
});
