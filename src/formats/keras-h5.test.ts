import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { countedBytes } from "../../test/counted-bytes.ts";
import { photoLayer, smallModel } from "../../test/small-models.ts";
import type { ByteSource } from "../base/byte-source.ts";
import { writeOnnx } from "../graph/protobuf/write.ts";
import { sizeOf } from "../base/shape.ts";
import { bytesOf, float32 } from "../base/tensor.ts";
import type { OpenedModel } from "./format.ts";
import { kerasH5 } from "./keras-h5.ts";
import { kerasZip } from "./keras-zip.ts";

const layers = smallModel([
  photoLayer(16),
  { type: "Conv2D", name: "first", config: { filters: 64, kernel_size: 3 } },
  { type: "Conv2D", name: "second", config: { filters: 64, kernel_size: 3 } },
  { type: "Flatten", name: "flat" },
  { type: "Dense", name: "head", config: { units: 10 } },
]);
/** With an optimizer that has been at work: its state lies in the file as well. */
const model: OpenedModel = {
  ...layers,
  optimizer: {
    className: "SGD",
    config: { name: "SGD", learning_rate: 0.1, momentum: 0.9 },
    iterations: 3,
    slots: new Map([
      [
        "momentum",
        new Map(
          Array.from(layers.network.weights, ([address, { shape }]) => [
            address,
            float32(shape, new Float32Array(sizeOf(shape)).fill(0.25)),
          ]),
        ),
      ],
    ]),
  },
};
const sibling = () => Promise.reject(new Error("nothing beside it"));
/** Bytes of the largest weight, the dense layer's. */
const largest = 12 * 12 * 64 * 10 * 4;

/** Every weight of a model, in Keras' own layout. */
const weightsOf = ({ keras }: OpenedModel) =>
  keras!.layers.flatMap(({ name, weights }) =>
    Array.from(weights, ([weight, value]) => ({
      name: `${name}/${weight}`,
      shape: value.shape,
      sum: crc32(bytesOf(value)),
    })),
  );
/** Bytes of the largest piece. */
function largestRead({ reads }: ReturnType<typeof countedBytes>): number {
  return Math.max(...reads.map(({ begin, end }) => end - begin));
}

describe.each([
  ["an .h5 file", kerasH5, "model.h5"],
  ["a .keras file", kerasZip, "model.keras"],
])("%s that is read piece by piece", (_, format, name) => {
  const write = async () => (await format.writer!.write(model, name))[0]!.bytes;
  const open = (bytes: ByteSource) => format.read({ name, bytes, sibling });

  it("gives the same model as one in memory", async () => {
    const bytes = await write();
    const [whole, pieces] = [await open(bytes), await open(countedBytes(bytes))];
    expect(weightsOf(pieces)).toEqual(weightsOf(model));
    expect(crc32(writeOnnx(pieces.network.graph))).toBe(crc32(writeOnnx(whole.network.graph)));
  });

  it("is never in memory as a whole: the largest piece is the largest weight", async () => {
    const source = countedBytes(await write());
    expect(source.length).toBeGreaterThan(1.4 * largest);
    await open(source);
    expect(largestRead(source)).toBe(largest);
  });

  it("can be closed once the model is open", async () => {
    const bytes = await write();
    let closed = false;
    const opened = await open({
      length: bytes.length,
      subarray(begin, end) {
        if (closed) throw new Error("the file is closed");
        return bytes.subarray(begin, end);
      },
    });
    closed = true;
    expect(weightsOf(opened)).toEqual(weightsOf(model));
    for (const [address, value] of opened.optimizer!.slots.get("momentum")!)
      expect(new Set(value.data as Float32Array), address).toEqual(new Set([0.25]));
  });
});

it("a kernel that the graph has in another layout is in memory once", async () => {
  const [file] = await kerasH5.writer!.write(model, "model.h5");
  const source = countedBytes(file!.bytes);
  const { keras, network } = await kerasH5.read({ name: "model.h5", bytes: source, sibling });
  const kernel = keras!.layers.find(({ name }) => name === "second")!.weights.get("kernel")!;
  const { value } = network.weights.get("second/kernel")!;
  // What the graph's tensor says, the layer's says too: it is turned back from there.
  const inGraph = network.graph.initializers.get(value)!;
  (inGraph.data as Float32Array).fill(7);
  expect(new Set(kernel.data as Float32Array)).toEqual(new Set([7]));
  expect(bytesOf(kernel).length).toBe(bytesOf(inGraph).length);
});
