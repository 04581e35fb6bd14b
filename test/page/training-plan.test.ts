import { describe, expect, it } from "vitest";
import { Dataset } from "striate";
import { findLeak, leakWords } from "../../app/engine/training/leak.ts";
import { plannedNetwork } from "../../app/engine/training/network.ts";
import type { PlannedLayer, TrainRequest } from "../../app/engine/training/news.ts";
import { planProblem, plannedShapes } from "../../app/engine/training/plan.ts";
import { areCheckpoints, inOrder } from "../../app/page/state/checkpoints.ts";
import { classFiles, classProblem } from "../../app/page/state/class-photos.ts";
import { usualLayers, usualSettings } from "../../app/page/state/usual-training.ts";

const request = (layers: readonly PlannedLayer[], size = 48): TrainRequest => ({
  ...{ ...usualSettings, size, layers, source: { name: "shapes" }, photos: [] },
});

describe("a plan of layers", () => {
  const plans: Record<string, readonly PlannedLayer[]> = {
    usual: usualLayers,
    normalised: [{ kind: "norm" }, { kind: "conv", filters: 4, kernel: 5 }, { kind: "norm" }],
    "no convolution": [
      { kind: "dense", units: 7 },
      { kind: "dropout", rate: 0.5 },
    ],
    nothing: [],
  };
  it.each(Object.keys(plans))("says of each layer what the network then is: %s", (name) => {
    const plan = plans[name]!;
    for (const classes of [2, 3]) {
      const model = plannedNetwork(request(plan), classes);
      const { shapes, head } = plannedShapes(plan, 48, classes);
      const all = shapes.reduce((sum, { parameters }) => sum + parameters, head.parameters);
      expect(all).toBe(model.describe().parameters.total);
      expect(model.network.outputs[0]!.shape.at(-1)).toBe(classes === 2 ? 1 : classes);
      // Keras' names: conv2d, conv2d_1.
      const made = model.network.layers.filter(({ className }) => /Conv2D|Pooling/.test(className));
      const planned = plan.flatMap(({ kind }, i) =>
        kind === "conv" || kind === "pool" ? [shapes[i]!] : [],
      );
      expect(made.map(({ outputs }) => outputs[0]!.shape.slice(1))).toEqual(
        planned.map(({ side, channels }) => [side, side, channels]),
      );
    }
  });

  it("that does not fit is refused with the layer's place", () => {
    expect(planProblem(usualLayers, 16)).toBe(
      "Layer 5, convolution: 3 × 3 do not fit on maps of 2 × 2: fewer layers before it, or larger pictures.",
    );
    expect(() => plannedNetwork(request(usualLayers, 16), 2)).toThrow("Layer 5, convolution");
    const late: PlannedLayer[] = [{ kind: "dense", units: 2 }, { kind: "pool" }];
    expect(planProblem(late, 48)).toContain("Layer 2, pooling: must stand before the dense layers");
  });
});

describe("a leak between the sets", () => {
  /** Pictures of one colour with a bright square at a place. */
  const set = (places: readonly number[]) =>
    Dataset.from({
      length: places.length,
      shape: [24, 24, 3],
      classNames: ["a", "b"],
      skipped: [],
      isCached: () => true,
      label: () => 0,
      id: (i: number) => `place ${places[i]}`,
      read: (i: number) => {
        const x = new Uint8Array(24 * 24 * 3).fill(90);
        for (let row = 0; row < 6; row++)
          x.fill(250, (row * 24 + places[i]!) * 3, (row * 24 + places[i]! + 6) * 3);
        return Promise.resolve(x);
      },
      close: () => Promise.resolve(),
    } as never);

  it("is a held-back picture that looks the same as one that is trained on", async () => {
    const leak = await findLeak(set([0, 5, 9]), set([5, 16]));
    expect(leak).toEqual({ count: 1, compared: 2, held: "place 5", trained: "place 5" });
    expect(leakWords(leak!)).toContain("1 of the 2 held-back pictures look the same");
    expect(await findLeak(set([0, 5, 9]), set([16, 13]))).toBeUndefined();
  });
});

describe("classes of photos", () => {
  const photos = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      file: new File([], `camera-${i}.jpg`),
      picture: "",
    }));
  const two = (a: string, b: string, count = 5) => [
    { id: 1, name: a, photos: photos(5) },
    { id: 2, name: b, photos: photos(count) },
  ];

  it("are a folder of class folders, whatever their names", () => {
    const paths = classFiles(two("../cats/dogs", " cup ")).map(({ path }) => path);
    expect([paths[0], paths[5]]).toEqual([
      "photos/-cats-dogs/0001-camera-0.jpg",
      "photos/cup/0001-camera-0.jpg",
    ]);
  });

  it("say what is missing", () => {
    expect(classProblem(two("cup", "pen"))).toBeUndefined();
    expect(classProblem(two("cup", "pen").slice(1))).toContain("Two classes are needed");
    expect(classProblem(two("cup", "cup"))).toContain("called cup");
    expect(classProblem(two("cup", " "))).toContain("Class 2 has no name");
    expect(classProblem(two("cup", "pen", 3))).toBe("pen needs 2 more photos.");
  });
});

it("checkpoints of a run stand in the order of their numbers", () => {
  const files = ["run-10.keras", "run-9.keras", "run-1.keras"].map((name) => ({ name }));
  expect(areCheckpoints(files)).toBe(true);
  expect(inOrder(files).map(({ name }) => name)).toEqual([
    "run-1.keras",
    "run-9.keras",
    "run-10.keras",
  ]);
  expect(areCheckpoints([{ name: "model.json" }, { name: "weights.bin" }])).toBe(false);
});
