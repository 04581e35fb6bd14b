import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runtime } from "../src/runtime/node/index.ts";
import { toFloat32 } from "../src/base/tensor.ts";
import { parseKerasModel } from "../src/formats/keras/parse-model.ts";
import { listWeights } from "../src/model/lowering/list-weights.ts";
import { lowerModel } from "../src/model/lowering/lower.ts";
import { toUser } from "../src/model/network.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { type Made, type Sample, makeInput } from "./layer-fixtures.ts";

interface ModelCase {
  note: string;
  version: 2 | 3;
  model: unknown;
  inputs: Made[];
  /** By layer. */
  weights: Record<string, Made[]>;
  outputs: Sample[];
}

const path = fileURLToPath(new URL("../fixtures/data/layers/models/models.json", import.meta.url));
const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: ModelCase[] };

describe("what layers say to each other", () => {
  test.each(cases.map((each) => [each.note, each] as const))("%s", async (_, each) => {
    const model = parseKerasModel(each.model, { kerasVersion: each.version });
    for (const { layer, specs } of listWeights(model).weights)
      specs.forEach((spec, i) =>
        layer.weights.set(spec.name, makeInput(each.weights[layer.name]![i]!)),
      );
    const network = lowerModel(model);
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    const feeds = Object.fromEntries(
      network.inputs.map((port, i) => [port.name, makeInput(each.inputs[i]!)]),
    );
    const values = await running.run(
      feeds,
      network.outputs.map((port) => port.value),
    );
    each.outputs.forEach((want, i) => {
      const got = toFloat32(toUser(values[i]!, network.outputs[i]!));
      expect(got.shape).toEqual(want.shape);
      want.values.forEach((value, k) =>
        expect(Math.abs(got.data[k * want.every]! - value)).toBeLessThanOrEqual(
          1e-5 * Math.max(1, Math.abs(value)),
        ),
      );
    });
    await running.release();
  });
});
