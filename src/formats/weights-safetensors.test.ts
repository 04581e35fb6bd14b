import { describe, expect, it } from "vitest";
import { float32 } from "../base/tensor.ts";
import { chain } from "../../test/chain.ts";
import { convertModel } from "./convert.ts";
import { lostParts } from "./lost-parts.ts";
import { readModel } from "./read-model.ts";
import { writeTensorFile } from "./safetensors.ts";

const read = (bytes: Uint8Array) =>
  readModel({ name: "weights.safetensors", bytes, sibling: () => Promise.reject(new Error()) });

describe("safetensors", () => {
  it("holds weights by PyTorch's names", async () => {
    const tensors = new Map([
      ["features.0.weight", float32([2, 1, 3, 3], new Float32Array(18).fill(0.5))],
      ["features.0.bias", float32([2], [1, 2])],
    ]);
    const { network } = await read(writeTensorFile({ tensors, metadata: {} }));
    expect(network.layers.map(({ address }) => address)).toEqual(["features.0"]);
    expect([...network.weights.keys()]).toEqual(["features.0/weight", "features.0/bias"]);
    expect(network.graph.initializers.get("features.0/bias")?.data).toEqual(
      new Float32Array([1, 2]),
    );
  });

  it("is written with the shapes that the user's framework gives, and says what it lacks", async () => {
    const network = chain([null, 8, 8, 3], [["Conv2D", { filters: 4, kernel_size: 3 }]]);
    const [file] = await convertModel({ network }, "out.safetensors");
    const again = await read(file!.bytes);
    expect([...again.network.weights].map(([name, { shape }]) => [name, shape])).toEqual([
      ["conv2d_1/kernel", [3, 3, 3, 4]],
      ["conv2d_1/bias", [4]],
    ]);
    expect(lostParts({ network }, "folder/out.safetensors")).toEqual([
      "the layers, only their weights by address",
    ]);
  });

  it("of which a piece is missing is named", async () => {
    const tensors = new Map([["a.weight", float32([4], [1, 2, 3, 4])]]);
    const bytes = writeTensorFile({ tensors, metadata: {} });
    await expect(read(bytes.subarray(0, bytes.length - 4))).rejects.toThrow(
      'weights.safetensors: is damaged: "a.weight" is cut off',
    );
  });

  it("whose tensors share elements, or whose header is none, is refused", async () => {
    const file = (header: string) => {
      const head = new TextEncoder().encode(header);
      const bytes = new Uint8Array(8 + head.length + 8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
      bytes.set(head, 8);
      return bytes;
    };
    const entry = '{"dtype":"F32","shape":[2],"data_offsets":[0,8]}';
    await expect(read(file(`{"a":${entry},"b":${entry}}`))).rejects.toThrow("overlaps");
    await expect(read(file('{"a":null}  '))).rejects.toThrow('"a" is no float32 tensor');
  });
});
