import { describe, expect, it } from "vitest";
import { chain } from "../../../test/chain.ts";
import { smallOnnx } from "../../../test/small-onnx.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { findHead, findHeads } from "./head.ts";

const read = (network: Parameters<typeof findHead>[0]) => {
  const head = findHead(network);
  return head && { kind: head.kind, units: head.units, classes: head.classes, logits: head.logits };
};

/** An ONNX network of logits `z` of some shape, and what stands behind them. */
const behind = (
  shape: readonly (number | string | null)[],
  write: (b: GraphBuilder) => string,
  opset?: number,
) => smallOnnx({ z: shape }, (b) => [write(b)], { opset });

describe("the head of a Keras model", () => {
  const dense = (units: number, activation: string) => ["Dense", { units, activation }] as const;

  it("is one sigmoid, which tells two classes apart", () => {
    const network = chain([null, 4], [dense(1, "sigmoid")]);
    expect(read(network)).toMatchObject({ kind: "sigmoid", units: 1, classes: 2 });
    expect(findHead(network)!.logits).toBe(network.layers.at(-1)!.preActivation!.value);
  });

  it("is a softmax, sigmoids, or neither", () => {
    expect(read(chain([null, 4], [dense(3, "softmax")]))).toMatchObject({
      kind: "softmax",
      classes: 3,
    });
    expect(read(chain([null, 4], [dense(3, "sigmoid")]))).toMatchObject({
      kind: "sigmoid",
      classes: 3,
    });
    expect(read(chain([null, 4], [dense(3, "linear")]))).toMatchObject({
      kind: "logits",
      classes: 3,
    });
    expect(read(chain([null, 4], [dense(3, "relu")]))).toMatchObject({ kind: "logits" });
  });

  it("is seen behind Flatten and Dropout, and as maps of one pixel", () => {
    const conv = ["Conv2D", { filters: 3, kernel_size: 4, activation: "softmax" }] as const;
    expect(read(chain([null, 4, 4, 2], [conv]))).toMatchObject({ kind: "softmax", classes: 3 });
    expect(
      read(chain([null, 4, 4, 2], [conv, ["Flatten"], ["Dropout", { rate: 0.5 }]])),
    ).toMatchObject({
      kind: "softmax",
      classes: 3,
    });
  });

  it("of maps has the classes on the channels", () => {
    const conv = ["Conv2D", { filters: 3, kernel_size: 1, activation: "softmax" }] as const;
    const head = findHead(chain([null, 4, 5, 2], [conv]))!;
    // Inside, maps are NCHW.
    expect(head).toMatchObject({
      kind: "softmax",
      units: 3,
      axis: 3,
      map: { channels: 1, batch: 0 },
    });
  });
});

describe("the head of an ONNX network", () => {
  it("is seen through Identity, Cast, Reshape, Flatten, Squeeze and rounding to codes", async () => {
    const network = await behind(["N", 3, 1, 1], (b) => {
      const p = b.op("Softmax", [b.op("Identity", ["z"])], { axis: 1 });
      const flat = b.op("Squeeze", [b.op("Cast", [p], { to: 1 }), b.i64([2, 3])]);
      return b.op("Identity", [b.op("Reshape", [b.op("Flatten", [flat]), b.i64([-1, 3])])]);
    });
    expect(read(network)).toMatchObject({ kind: "softmax", units: 3, classes: 3 });
    expect(findHead(network)!.direct).toBe(false);
  });

  it("is seen through a Transpose that moves axes of length one", async () => {
    const network = await behind(["N", 3, 1, 1], (b) =>
      b.op("Transpose", [b.op("Sigmoid", ["z"])], { perm: [0, 2, 3, 1] }),
    );
    expect(read(network)).toEqual({ kind: "sigmoid", units: 3, classes: 3, logits: "z" });
  });

  it.each([
    [["N", 5, 1, 1], 5],
    [["N", 1, 1, 5], 5],
    [[1, 1, 5], 5],
    [[5], 5],
    [["N"], 1],
    [["N", 1], 1],
    [["N", null], undefined],
  ] as const)("of shape %j has %s units", async (shape, units) => {
    expect(read(await behind(shape, (b) => b.op("Identity", ["z"])))?.units).toBe(units);
  });

  it("a softmax over pixels makes no classes", async () => {
    const over = (axis: number, opset?: number) =>
      behind(["N", 3, 4, 4], (b) => b.op("Softmax", ["z"], { axis }), opset);
    expect(read(await over(1))).toMatchObject({ kind: "softmax", units: 3 });
    // Before opset 13 a softmax sums over all axes behind the given one.
    expect(read(await over(1, 11))).toMatchObject({ kind: "logits" });
    const single = await behind(["N", 3, 1, 1], (b) => b.op("Softmax", ["z"]), 11);
    expect(read(single)).toMatchObject({ kind: "softmax", units: 3 });
  });

  it("a gate inside the network is no head", async () => {
    const network = await behind(["N", 3], (b) => b.op("Mul", ["z", b.op("Sigmoid", ["z"])]));
    expect(read(network)).toMatchObject({ kind: "logits" });
  });

  it("is the first output of real numbers; every such output has one", async () => {
    const network = await smallOnnx({ z: ["N", 3] }, (b) => [
      b.op("ArgMax", ["z"], { axis: 1 }),
      b.op("LogSoftmax", ["z"]),
      b.op("Sigmoid", ["z"]),
    ]);
    expect(findHeads(network).map(({ kind }) => kind)).toEqual(["log-softmax", "sigmoid"]);
    expect(findHead(network)!.port).toBe(network.outputs[1]);
  });

  it("bears the file's labels where there are as many", async () => {
    const labelled = (names: string) =>
      smallOnnx({ z: ["N", 3] }, (b) => [b.op("Softmax", ["z"])], { metadata: { names } });
    expect(findHead(await labelled("cat,dog,owl"))!.labels).toEqual(["cat", "dog", "owl"]);
    expect(findHead(await labelled("cat,dog"))!.labels).toBeUndefined();
  });
});
