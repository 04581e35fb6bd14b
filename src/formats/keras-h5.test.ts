import { describe, expect, it } from "vitest";
import { countedBytes } from "../../test/counted-bytes.ts";
import { photoLayer, smallModel } from "../../test/small-models.ts";
import type { ByteSource } from "../base/byte-source.ts";
import { bytesOf } from "../base/tensor.ts";
import type { OpenedModel } from "./format.ts";
import { kerasH5 } from "./keras-h5.ts";
import { kerasZip } from "./keras-zip.ts";

const model = smallModel([
  photoLayer(8),
  { type: "Conv2D", name: "first", config: { filters: 64, kernel_size: 3 } },
  { type: "Conv2D", name: "second", config: { filters: 64, kernel_size: 3 } },
  { type: "Flatten", name: "flat" },
  { type: "Dense", name: "head", config: { units: 10 } },
]);
const sibling = () => Promise.reject(new Error("nothing beside it"));
/** Of the largest weight, the second layer's kernel. */
const largest = 3 * 3 * 64 * 64 * 4;

/** Every weight of a model, in Keras' own layout. */
const weightsOf = ({ keras }: OpenedModel) =>
  keras!.layers.flatMap(({ name, weights }) =>
    Array.from(weights, ([weight, { shape, data }]) => ({
      name: `${name}/${weight}`,
      shape,
      data,
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
  const write = async () => (await format.write!(model, name))[0]!.bytes;
  const open = (bytes: ByteSource) => format.read({ name, bytes, sibling });

  it("gives the same model as one in memory", async () => {
    const bytes = await write();
    const [whole, pieces] = [await open(bytes), await open(countedBytes(bytes))];
    expect(weightsOf(pieces)).toEqual(weightsOf(model));
    expect(pieces.network.graph).toEqual(whole.network.graph);
  });

  it("is never in memory as a whole: the largest piece is the largest weight", async () => {
    const source = countedBytes(await write());
    expect(source.length).toBeGreaterThan(1.2 * largest);
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
  });
});

it("a kernel that the graph has in another layout is in memory once", async () => {
  const [file] = await kerasH5.write!(model, "model.h5");
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
