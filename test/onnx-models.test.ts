import { expect, it } from "vitest";
import { sizeOf } from "../src/base/shape.ts";
import { float32 } from "../src/base/tensor.ts";
import { raiseOpset } from "../src/graph/passes/opening/raise-opset.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { largestDifference, openOnnx, readTensorFile } from "./onnx-files.ts";
import { describeShared, shared } from "./shared.ts";

describeShared("models/onnx/light", "the light models of ONNX", () => {
  it.each(["densenet121", "inception_v1", "resnet50", "squeezenet", "zfnet512"])(
    "%s gives the output that ONNX keeps for it, raised too",
    async (name) => {
      const path = shared(`models/onnx/light/light_${name}`);
      const { network } = await openOnnx(`${path}.onnx`);
      const [input] = network.inputs;
      // ONNX' rule for models without stored inputs: element i of n is i / n.
      const shape = input!.shape as number[];
      const size = sizeOf(shape);
      const x = float32(
        shape,
        Float32Array.from({ length: size }, (_, i) => i / size),
      );
      const want = readTensorFile(`${path}_output_0.pb`);
      const scale = Math.max(...(want.data as Float32Array).map(Math.abs));
      for (const graph of [network.graph, raiseOpset(network.graph)]) {
        const running = new RunningNetwork({ ...network, graph }, runtime);
        const [y] = await running.run({ [input!.name]: x }, [network.outputs[0]!.value]);
        await running.release();
        expect(y!.shape).toEqual(want.shape);
        // Relative to the values themselves: some of these outputs are all near 0.001.
        expect(largestDifference(y!, want) / Math.min(1, scale)).toBeLessThan(1e-3);
      }
      expect(network.outputs[0]!.shape).toEqual(want.shape);
    },
  );
});
