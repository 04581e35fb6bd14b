import { describe, expect, it } from "vitest";
import { smallOnnx } from "../../../test/small-onnx.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { photoInput } from "./photo-input.ts";

/** A network of one input `(1, 40, 36)`. */
const network = (write: (b: GraphBuilder, x: string) => string) =>
  smallOnnx({ x: [1, 40, 36] }, (b) => [write(b, b.op("Mul", ["x", b.f32(2)]))]);

describe("an input (1, height, width)", () => {
  it("is a grey picture where a convolution over two axes reads it", async () => {
    const grey = await network((b, x) => {
      const batch = b.op("Unsqueeze", [x, b.i64([0])]);
      return b.op("Conv", [batch, b.f32(new Float32Array(18), [2, 1, 3, 3])]);
    });
    expect(photoInput(grey)).toMatchObject({ layout: "NCHW", size: [40, 36], channels: 1 });
  });

  it("is a sequence where one over one axis reads it", async () => {
    const sequence = await network((b, x) =>
      b.op("Conv", [x, b.f32(new Float32Array(240), [2, 40, 3])]),
    );
    expect(() => photoInput(sequence)).toThrow(/expected one input for a photo.*\(1, 40, 36\)/);
  });
});
