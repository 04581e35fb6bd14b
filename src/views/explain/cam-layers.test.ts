import { expect, it } from "vitest";
import { smallOnnx } from "../../../test/small-onnx.ts";
import { camLayers } from "./cam-layers.ts";

const ones = (count: number) => new Array<number>(count).fill(1);

it("the last layer with maps lies on the picture: tokens and what they attend to lie nowhere", async () => {
  // A patch embedding, and attention of its 4 patches to each other, in two heads.
  const network = await smallOnnx({ image: ["N", 3, 4, 4] }, (b) => {
    const maps = b.op("Conv", ["image", b.f32(ones(6 * 3 * 4), [6, 3, 2, 2])], { strides: [2, 2] });
    const rows = b.op("Transpose", [b.op("Reshape", [maps, b.i64([0, 6, 4])])], {
      perm: [0, 2, 1],
    });
    const tokens = b.op("LayerNormalization", [rows, b.f32(ones(6), [6])]);
    const heads = b.op("Transpose", [b.op("Reshape", [tokens, b.i64([0, 4, 2, 3])])], {
      perm: [0, 2, 1, 3],
    });
    const turned = b.op("Transpose", [heads], { perm: [0, 1, 3, 2] });
    const weights = b.op("Softmax", [b.op("MatMul", [heads, turned])], { axis: -1 });
    const mixed = b.op("MatMul", [weights, heads]);
    return [b.op("ReduceMean", [mixed, b.i64([2, 3])], { keepdims: 0 })];
  });
  const classOf = (wanted: string) => {
    const [{ name } = { name: "" }] = camLayers(network, wanted);
    return network.layers.find(({ address }) => address === name)?.className;
  };
  expect(classOf("last")).toBe("Conv");
  // What is asked for by name has the channels where it has them.
  const { address } = network.layers.find(({ className }) => className === "LayerNormalization")!;
  expect(camLayers(network, address)[0]!.channels).toBe(2);
});

it("maps between dense layers have their channels last, until they are turned (Swin, ConvNeXt)", async () => {
  const network = await smallOnnx({ image: ["N", 3, 4, 4] }, (b) => {
    const rows = b.op("Transpose", ["image"], { perm: [0, 2, 3, 1] });
    const wide = b.op("MatMul", [rows, b.f32(ones(15), [3, 5])]);
    const active = b.op("Relu", [b.op("Add", [wide, b.f32(ones(5), [5])])]);
    const back = b.op("Transpose", [active], { perm: [0, 3, 1, 2] });
    return [b.op("GlobalAveragePool", [b.op("Sigmoid", [back])])];
  });
  const axisOf = (kind: string) => {
    const { address } = network.layers.find(({ className }) => className === kind)!;
    return camLayers(network, address)[0]!.channels;
  };
  expect(["MatMul", "Relu", "Sigmoid"].map(axisOf)).toEqual([3, 3, 1]);
});
