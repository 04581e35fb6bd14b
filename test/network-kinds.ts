import { readFileSync } from "node:fs";
import { float32 } from "../src/base/tensor.ts";
import { Random } from "../src/base/random.ts";
import { tflite } from "../src/formats/tflite.ts";
import type { GraphBuilder } from "../src/graph/builder.ts";
import { layers } from "../src/layers/create.ts";
import {
  type BuildTensor,
  applyBlock,
  buildFunctional,
  buildInput,
  buildSequential,
} from "../src/model/build.ts";
import { lowerModel } from "../src/model/lowering/lower.ts";
import type { KerasModel } from "../src/model/model.ts";
import type { Network } from "../src/model/network.ts";
import { residualLayers, smallNetwork } from "./small-models.ts";
import { smallOnnx } from "./small-onnx.ts";

/** A kind of network that striate opens, in small. */
export interface NetworkKind {
  readonly name: string;
  /** The class names of the network, where a view should speak of them. */
  readonly labels?: readonly string[];
  /** Whether every value has a gradient by the input. */
  readonly differentiable: boolean;
  open(): Network | Promise<Network>;
}

const size = 16;
const seed = 7;
const { conv2d, maxPooling2d, dense, flatten, globalAveragePooling2d } = layers;

const lowered = (model: KerasModel, labels?: string[]): Network => {
  const network = lowerModel(model, {
    origin: { format: "Keras v3", dialect: "Keras 3", writer: "" },
  });
  return labels ? { ...network, labels } : network;
};
const photo = (name?: string, channels = 3) => buildInput({ shape: [size, size, channels], name });
const chain = (from: BuildTensor, ...blocks: Parameters<typeof applyBlock>[0][]): BuildTensor =>
  blocks.reduce<BuildTensor>((tensor, block) => applyBlock(block, tensor), from);
const conv = (filters: number, more: { strides?: number } = {}) =>
  conv2d({ filters, kernelSize: 3, activation: "relu", padding: "same", ...more });

/** One of each: whoever sees them all has seen what users bring. */
export const networkKinds: readonly NetworkKind[] = [
  {
    name: "the tutorial's, one sigmoid",
    labels: ["cat", "dog"],
    differentiable: true,
    open: () =>
      lowered(
        buildSequential(
          [
            conv2d({ filters: 4, kernelSize: 3, activation: "relu", inputShape: [size, size, 3] }),
            maxPooling2d(),
            conv2d({ filters: 8, kernelSize: 3, activation: "relu" }),
            maxPooling2d(),
            flatten(),
            layers.dropout({ rate: 0.5 }),
            dense({ units: 16, activation: "relu" }),
            dense({ units: 1, activation: "sigmoid" }),
          ],
          { seed },
        ),
        ["cat", "dog"],
      ),
  },
  {
    name: "residual, with a softmax",
    labels: ["red", "green", "blue"],
    differentiable: true,
    open: () => ({ ...smallNetwork(residualLayers, seed), labels: ["red", "green", "blue"] }),
  },
  {
    name: "a model in a model",
    differentiable: true,
    open() {
      const first = conv2d({ filters: 4, kernelSize: 3, inputShape: [size, size, 3] });
      const base = buildSequential([first, conv(6)], { name: "base", seed });
      return lowered(
        buildSequential(
          [base, globalAveragePooling2d(), dense({ units: 3, activation: "softmax" })],
          {
            seed,
          },
        ),
      );
    },
  },
  {
    name: "a layer that is used twice",
    differentiable: true,
    open() {
      const input = photo();
      const shared = conv(3);
      const twice = chain(input, shared, shared);
      const outputs = chain(
        twice,
        globalAveragePooling2d(),
        dense({ units: 2, activation: "softmax" }),
      );
      return lowered(buildFunctional({ inputs: input, outputs }, { seed }));
    },
  },
  {
    name: "two inputs",
    differentiable: true,
    open() {
      const inputs = [photo("left"), photo("right")];
      const both = applyBlock(
        layers.concatenate(),
        inputs.map((each) => chain(each, conv(3))),
      );
      const outputs = chain(both, flatten(), dense({ units: 2, activation: "softmax" }));
      return lowered(buildFunctional({ inputs, outputs }, { seed }));
    },
  },
  {
    name: "two outputs",
    differentiable: true,
    open() {
      const input = photo();
      const maps = chain(input, conv(4), globalAveragePooling2d());
      const outputs = [
        chain(maps, dense({ units: 3, activation: "softmax", name: "kind" })),
        chain(maps, dense({ units: 1, activation: "sigmoid", name: "alive" })),
      ];
      return lowered(buildFunctional({ inputs: input, outputs }, { seed }));
    },
  },
  {
    name: "channels first",
    differentiable: true,
    open() {
      const first = { kernelSize: 3, dataFormat: "channels_first", activation: "relu" } as const;
      return lowered(
        buildSequential(
          [
            conv2d({ filters: 4, ...first, inputShape: [3, size, size] }),
            maxPooling2d({ dataFormat: "channels_first" }),
            conv2d({ filters: 5, ...first }),
            flatten(),
            dense({ units: 3, activation: "softmax" }),
          ],
          { seed },
        ),
      );
    },
  },
  {
    name: "grey input",
    differentiable: true,
    open: () =>
      lowered(
        buildSequential(
          [
            conv2d({ filters: 4, kernelSize: 3, activation: "relu", inputShape: [size, size, 1] }),
            conv(5, { strides: 2 }),
            flatten(),
            dense({ units: 10 }),
          ],
          { seed },
        ),
      ),
  },
  {
    name: "1-D",
    differentiable: true,
    open: () =>
      lowered(
        buildSequential(
          [
            layers.conv1d({ filters: 4, kernelSize: 3, activation: "relu", inputShape: [32, 2] }),
            layers.maxPooling1d(),
            layers.conv1d({ filters: 5, kernelSize: 3, activation: "relu" }),
            layers.globalAveragePooling1d(),
            dense({ units: 3, activation: "softmax" }),
          ],
          { seed },
        ),
      ),
  },
  {
    name: "3-D",
    differentiable: true,
    open: () =>
      lowered(
        buildSequential(
          [
            layers.conv3d({
              filters: 3,
              kernelSize: 3,
              activation: "relu",
              inputShape: [6, 8, 8, 1],
            }),
            layers.maxPooling3d(),
            flatten(),
            dense({ units: 2, activation: "softmax" }),
          ],
          { seed },
        ),
      ),
  },
  {
    name: "an ONNX file with residual blocks",
    differentiable: true,
    open: () =>
      smallOnnx({ image: ["N", 3, size, size] }, (b) => {
        const kernels = new Kernels(b);
        let maps = b.op("Relu", [kernels.conv("image", 3, 4)]);
        for (let block = 0; block < 2; block++) {
          const inner = b.op("Relu", [kernels.conv(maps, 4, 4)]);
          maps = b.op("Relu", [b.op("Add", [kernels.conv(inner, 4, 4), maps])]);
        }
        const mean = b.op("Flatten", [b.op("GlobalAveragePool", [maps])]);
        return [b.op("Gemm", [mean, kernels.weight([4, 3]), kernels.weight([3])])];
      }),
  },
  {
    name: "an ONNX file with an op that has no gradient",
    differentiable: false,
    open: () =>
      smallOnnx({ image: ["N", 3, size, size] }, (b) => {
        const kernels = new Kernels(b);
        b.graph.opsets.set("com.microsoft", 1);
        const maps = b.op(
          "QuickGelu",
          [kernels.conv("image", 3, 4)],
          {},
          { domain: "com.microsoft" },
        );
        const mean = b.op("Flatten", [b.op("GlobalAveragePool", [maps])]);
        return [b.op("Softmax", [b.op("MatMul", [mean, kernels.weight([4, 2])])])];
      }),
  },
  {
    name: "a TFLite file with coded weights",
    differentiable: true,
    async open() {
      const name = "weights8.tflite";
      const bytes = readFileSync(new URL(`../fixtures/data/tflite/${name}`, import.meta.url));
      const sibling = () => Promise.reject(new Error("stands alone"));
      return (await tflite.read({ name, bytes, sibling })).network;
    },
  },
];

/** Weights from seeded numbers, for a graph that is written node by node. */
class Kernels {
  readonly #b: GraphBuilder;
  readonly #random = new Random(seed);

  constructor(b: GraphBuilder) {
    this.#b = b;
  }

  weight(shape: readonly number[]): string {
    const count = shape.reduce((product, length) => product * length, 1);
    const values = Float32Array.from({ length: count }, () => this.#random.normal(0, 0.4));
    return this.#b.constant(float32(shape, values));
  }

  conv(from: string, channels: number, filters: number): string {
    const weights = [this.weight([filters, channels, 3, 3]), this.weight([filters])];
    return this.#b.op("Conv", [from, ...weights], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  }
}
