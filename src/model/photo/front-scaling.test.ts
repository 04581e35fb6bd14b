import { describe, expect, it } from "vitest";
import { chain } from "../../../test/chain.ts";
import { smallOnnx } from "../../../test/small-onnx.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { frontScaling } from "./front-scaling.ts";
import { preprocessingFor } from "./photo-input.ts";

const conv = ["Conv2D", { filters: 2, kernel_size: 1 }] as const;
const rescaling = (scale: number, offset = 0) => ["Rescaling", { scale, offset }] as const;
const scaleOf = (network: ReturnType<typeof chain>) => {
  const { how, scaleFrom } = preprocessingFor(network);
  return `${how.scale} by ${scaleFrom}`;
};

describe("the scaling that a network does itself", () => {
  it.each([
    ["first", [rescaling(1 / 255), conv]],
    ["behind padding", [["ZeroPadding2D"], rescaling(1 / 127.5, -1), conv]],
    ["behind a pool", [["AveragePooling2D"], rescaling(1 / 255), conv]],
  ] as const)("%s: bytes go in", (_, layers) => {
    expect(scaleOf(chain([null, 8, 8, 3], layers))).toBe("none by layer");
  });

  it("behind the first convolution is none", () => {
    expect(scaleOf(chain([null, 8, 8, 3], [conv, rescaling(2)]))).toBe("1/255 by default");
    expect(scaleOf(chain([null, 8, 8, 3], [["MaxPooling2D"], conv]))).toBe("1/255 by default");
  });

  it("that was meant for pixels from 0 to 1 gets those", async () => {
    expect(scaleOf(chain([null, 8, 8, 3], [rescaling(2, -1), conv]))).toBe("1/255 by layer");
    const onnx = (write: (b: GraphBuilder) => string) =>
      smallOnnx({ x: ["N", 3, 8, 8] }, (b) => [
        b.op("Conv", [write(b), b.f32(new Float32Array(6), [2, 3, 1, 1])]),
      ]);
    const normalised = await onnx((b) => {
      const shifted = b.op("Sub", ["x", b.f32([0.485, 0.456, 0.406], [3, 1, 1])]);
      return b.op("Div", [shifted, b.f32([0.229, 0.224, 0.225], [3, 1, 1])]);
    });
    expect(scaleOf(normalised)).toBe("1/255 by layer");
    const bytes = await onnx((b) => b.op("Sub", ["x", b.f32([103, 116, 123], [3, 1, 1])]));
    expect(scaleOf(bytes)).toBe("none by layer");
  });

  it("is found as soon where thousands of nodes read a million numbers", async () => {
    const network = await smallOnnx({ x: ["N", 1, 1, 1000] }, (b) => {
      const many = b.f32(new Float32Array(1_000_000).fill(0.25), [1000, 1000]);
      let x = "x";
      for (let i = 0; i < 20_000; i++) x = b.op("Add", [x, many]);
      return [b.op("Conv", [x, b.f32(new Float32Array(2), [2, 1, 1, 1])])];
    });
    expect(frontScaling(network, network.inputs[0]!)?.add).toBeCloseTo(5000);
  });
});
