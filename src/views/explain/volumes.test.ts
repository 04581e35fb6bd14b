import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadModel } from "../../api/load-model.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import { receptiveFields } from "../../model/facts/receptive-field.ts";
import type { AnyView } from "../define-view.ts";
import { resizedPlane } from "../heatmap/stacked-plane.ts";
import { gradCamView } from "./grad-cam-view.ts";
import { occlusionView } from "./occlusion-view.ts";
import { riseView } from "./rise-view.ts";
import { scoreCamView } from "./score-cam-view.ts";

const data = (name: string) => new URL(`../../../fixtures/data/${name}`, import.meta.url);

interface Expected {
  readonly shape: number[];
  readonly input: number[];
  readonly occlusion: number[];
  readonly gradCam: number[];
  readonly scoreCam: number[];
  readonly rise: number[];
  readonly grids: unknown[];
  readonly offsets: number[][];
  readonly at: number[];
  readonly sees: number[][];
}

/** What captum and PyTorch make of the same networks (fixtures/volumes.py). */
const expected = JSON.parse(readFileSync(data("volumes.json"), "utf8")) as Record<string, Expected>;

const tensorOf = (nested: unknown): Tensor => {
  const shape: number[] = [];
  for (let inner = nested; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  return float32(shape, Float32Array.from((nested as number[]).flat(Infinity)));
};

describe.each(["volume", "line"])("a network of a %s", (kind) => {
  const wanted = expected[kind]!;
  const numbersOf = async (view: unknown, array: string, asks = {}) => {
    const model = await loadModel(readFileSync(data(`${kind}.onnx`)));
    const input = float32(wanted.shape, Float32Array.from(wanted.input));
    const seen = await model.view(view as AnyView, input, { target: "logit:1", ...asks });
    await model.dispose();
    return toFloat32(seen.arrays().get(array)!);
  };

  it.each([
    ["occlusion", occlusionView, "occlusion_zero_overlap_attribution"],
    ["gradCam", gradCamView, "/4/Relu/gradcam_raw"],
    ["scoreCam", scoreCamView, "/4/Relu/scorecam_raw"],
    ["rise", riseView, "rise"],
  ] as const)("%s is that of captum, along every axis", async (name, view, array) => {
    const own = {
      occlusion: { window: 3, stride: 2, fill: "zero" },
      rise: { grids: tensorOf(wanted.grids), offsets: tensorOf(wanted.offsets) },
      gradCam: {},
      scoreCam: {},
    }[name];
    const found = await numbersOf(view, `logit1/${array}`, own);
    const reach = Math.max(...wanted[name].map(Math.abs));
    expect(found.data.length).toBe(wanted[name].length);
    wanted[name].forEach((value, i) =>
      expect(found.data[i]! / reach).toBeCloseTo(value / reach, 4),
    );
  });

  it("a value sees what its gradient reaches", async () => {
    const { network } = await loadModel(readFileSync(data(`${kind}.onnx`)));
    const field = receptiveFields(network).get("/3/Conv_output_0");
    const places = wanted.shape.slice(2);
    const sees = (field as Exclude<typeof field, "all" | undefined>).map((axis, k) => {
      const [from, to] = axis.range(wanted.at[k]!);
      return [Math.max(0, from), Math.min(places[k]! - 1, to)];
    });
    expect(sees).toEqual(wanted.sees);
  });
});

it("a map of a volume is resized along its slices, none of which runs into the next", () => {
  const map = Float32Array.of(0, 0, 8, 8);
  const large = resizedPlane(
    map,
    { height: 4, width: 1, slices: 2 },
    { height: 8, width: 1, slices: 4 },
  );
  expect([...large]).toEqual([0, 0, 2, 2, 6, 6, 8, 8]);
  // A plane holds for each slice.
  const flat = resizedPlane(
    Float32Array.of(1, 2),
    { height: 2, width: 1 },
    { height: 4, width: 1, slices: 2 },
  );
  expect([...flat]).toEqual([1, 2, 1, 2]);
});
