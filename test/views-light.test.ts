import { readFileSync } from "node:fs";
import { onnx } from "../src/formats/onnx.ts";
import type { NetworkKind } from "./network-kinds.ts";
import { describeShared, shared } from "./shared.ts";
import { describeViews } from "./view-contract.ts";

/** A network of ONNX's own test data: large kinds of network whose weights are made by nodes. */
const light = (name: string): NetworkKind => ({
  name: `light_${name}.onnx`,
  differentiable: true,
  async open() {
    const file = `light_${name}.onnx`;
    const bytes = readFileSync(shared(`models/onnx/light/${file}`));
    const sibling = () => Promise.reject(new Error("stands alone"));
    return (await onnx.read({ name: file, bytes, sibling })).network;
  },
});

/** A masked photo for each of hundreds of maps, and hundreds of steps uphill. */
const tooLong = ["inversion", "score-cam"];

describeShared("models/onnx/light", "every view on ONNX light models", () =>
  describeViews(light("squeezenet"), tooLong),
);
