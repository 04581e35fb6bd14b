import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Random } from "../src/base/random.ts";
import { type Tensor, float32, toFloat32 } from "../src/base/tensor.ts";
import type { ByteImage } from "../src/data/pictures/image.ts";
import { photoSubject } from "../src/api/view-subject.ts";
import { Model } from "../src/api/model.ts";
import { loadModel } from "../src/index.ts";
import { lowerModel } from "../src/model/lowering/lower.ts";
import { initializers } from "../src/training/initializers/index.ts";
import { layers } from "../src/layers/create.ts";
import { buildSequential } from "../src/model/build.ts";
import { noiseFeeds } from "../src/model/photo/noise-input.ts";
import type { Mark, Picture } from "../src/plot/picture.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { viewContext } from "../src/views/context.ts";
import type { AnyView } from "../src/views/define-view.ts";
import { fillOf, fills } from "../src/views/explain/occlusion-fill.ts";
import type { Explanation } from "../src/views/explain/explanation.ts";
import { gradCamView } from "../src/views/explain/grad-cam-view.ts";
import { gradientView } from "../src/views/explain/gradient-view.ts";
import { occlusionView } from "../src/views/explain/occlusion-view.ts";
import { allViews } from "../src/views/all-views.ts";
import { colormap } from "../src/plot/colormap.ts";
import { themes } from "../src/plot/theme.ts";
import { drawFeatureMaps } from "../src/views/feature-maps.ts";
import { featureMapsView } from "../src/views/feature-maps-view.ts";
import { overlay } from "../src/views/heatmap/overlay.ts";
import { runView } from "../src/views/run-view.ts";
import type { PhotoSubject } from "../src/views/subject.ts";
import { networkKinds } from "./network-kinds.ts";
import { readNpz } from "./npz.ts";
import { describeShared, shared } from "./shared.ts";

/** The methods of `explain`, with few steps where a method takes many. */
const methods = allViews.filter(({ takes, command }) => takes === "photo" && !command);
const few: Record<string, unknown> = { samples: 3, steps: 4, masks: 6, window: 8 };
const quick = (view: AnyView) =>
  Object.fromEntries(Object.entries(few).filter(([key]) => key in view.asks));

const see = (model: Model, view: AnyView, subject: PhotoSubject, asks: object = {}) =>
  runView(view, viewContext(model.running), subject, { ...quick(view), ...asks });

const near = (got: ArrayLike<number>, want: ArrayLike<number>, limit: number, what: string) => {
  expect(got.length, what).toBe(want.length);
  for (let i = 0; i < want.length; i++)
    expect(Math.abs(got[i]! - want[i]!), what).toBeLessThan(
      limit * Math.max(1, Math.abs(want[i]!)),
    );
};

describeShared("cases/index.json", "explanations that people fell over", () => {
  const open = async (folder: string, name: string) => {
    const model = await loadModel(shared(`cases/${folder}/${name}.h5`));
    const wanted = readNpz(readFileSync(shared(`cases/${folder}/${name}.expected.npz`)));
    const [port] = model.network.inputs;
    const { shape, data } = wanted["x"]!;
    const inputs = { [port!.name]: float32(shape, Float32Array.from(data)) };
    return { model, wanted, subject: { name: "x", inputs, preparation: "as given" } };
  };
  const camOf = async ({ model, subject }: Awaited<ReturnType<typeof open>>, target: string) => {
    const arrays = (await see(model, gradCamView as AnyView, subject, { target })).arrays();
    return toFloat32([...arrays].find(([name]) => name.endsWith("gradcam_relu"))![1]).data;
  };

  it("case 8: Grad-CAM of a single sigmoid has a map for each class, on the logit", async () => {
    const opened = await open("08_sigmoid_unit_gradcam", "cat_dog_sigmoid");
    const maps = [await camOf(opened, "class:0"), await camOf(opened, "class:1")];
    for (const [i, map] of maps.entries())
      near(map, opened.wanted[`v:cam_class${i}`]!.data, 1e-5, `class ${i}`);
    expect(maps[0]!.every((value, i) => value === 0 || maps[1]![i] === 0)).toBe(true);
    await opened.model.dispose();
  });

  it("case 23: a saturated softmax has heat for every class", async () => {
    const opened = await open("23_saturated_softmax_gradcam", "saturated");
    for (const i of [0, 1, 2]) {
      const map = await camOf(opened, `class:${i}`);
      near(map, opened.wanted[`v:cam_class${i}`]!.data, 1e-3, `class ${i}`);
      expect(Math.max(...map)).toBeGreaterThan(0);
    }
    await opened.model.dispose();
  });

  it("case 50: occlusion keeps the window that hangs over the edge, and rows stay rows", async () => {
    const { model, wanted, subject } = await open("50_occlusion_and_shape", "occlusion");
    const asks = { target: "probability:1", window: 4, stride: 4, fill: "zero" };
    const seen = await see(model, occlusionView as AnyView, subject, asks);
    const arrays = seen.arrays();
    const [, scores] = [...arrays].find(([name]) => name.endsWith("occlusion_zero_score"))!;
    const whole = (seen.result as Explanation).target.score;
    const drops = toFloat32(scores).data.map((score) => whole - score);
    const drop = wanted["v:drop_patch4_stride4_fill0_class1"]!;
    expect(scores.shape).toEqual(drop.shape);
    near(drops, drop.data, 1e-5, "drops");
    await model.dispose();
  });
});

/** Weights that do not depend on a name either. */
const own = (seed: number) => ({ kernelInitializer: initializers.glorotUniform({ seed }) });

/** The tutorial's kind, with names that say nothing or lie. */
function network(names: {
  input: string;
  first: string;
  second: string;
  pool: string;
  end: string;
}) {
  const { conv2d, maxPooling2d, flatten, dense } = layers;
  const network = lowerModel(
    buildSequential(
      [
        layers.inputLayer({ batchShape: [null, 16, 16, 3], name: names.input }),
        conv2d({ filters: 4, ...own(1), kernelSize: 3, activation: "relu", name: names.first }),
        conv2d({ filters: 5, ...own(2), kernelSize: 3, activation: "relu", name: names.second }),
        maxPooling2d({ name: names.pool }),
        flatten(),
        dense({ ...own(3), units: 2, activation: "softmax", name: names.end }),
      ],
      { seed: 3 },
    ),
    { origin: { format: "Keras v3", dialect: "Keras 3", writer: "" } },
  );
  return new Model({ network }, runtime, { threads: 1 });
}
const plain = { input: "photo", first: "conv2d", second: "conv2d_1", pool: "pool", end: "dense" };

describe("faults of other tools", () => {
  it("keract 2: no method changes what it was given", async () => {
    const model = network(plain);
    const inputs = noiseFeeds(model.network, 4);
    const before = Object.entries(inputs).map(([name, { data }]) => [name, data.slice()]);
    for (const view of methods)
      await see(model, view, { name: "x", inputs, preparation: "" }, { target: "class:1" });
    expect(Object.entries(inputs).map(([name, { data }]) => [name, data])).toEqual(before);
    await model.dispose();
  });

  it("keract 2, keras.io 8, xplique 8: of a constant photo all numbers are finite, and a dead map is called dead", async () => {
    const model = network(plain);
    const black = { photo: float32([1, 16, 16, 3], new Float32Array(768)) };
    const dead: string[] = [];
    for (const view of methods) {
      const seen = await see(model, view, { name: "x", inputs: black, preparation: "" });
      for (const [name, value] of seen.arrays())
        expect(toFloat32(value).data.every(Number.isFinite), `${view.id} ${name}`).toBe(true);
      const { maps } = seen.result as Explanation;
      for (const { values } of maps) expect(values.every(Number.isFinite), view.id).toBe(true);
      if (maps.every(({ values }) => values.every((value) => value === 0))) {
        dead.push(view.id);
        expect(seen.words.lines.join("\n"), view.id).toContain("dead");
        for (const { picture } of seen.draw({})) expect(textsOf(picture)).toContain("dead");
      }
    }
    expect(dead).toContain("grad-cam");
    await model.dispose();
  });

  it("keract 2: drawing maps changes neither the maps nor the photo", async () => {
    const model = network(plain);
    const subject = photoSubject(model, photoOf(24, 24));
    const seen = await runView(featureMapsView, viewContext(model.running), [subject], {});
    const copies = [...seen.arrays()].map(([name, { data }]) => [name, [...toFloat32Like(data)]]);
    const pixels = subject.photo!.data.slice();
    for (const { picture } of seen.draw({})) expect(picture.marks.length).toBeGreaterThan(0);
    expect([...seen.arrays()].map(([name, { data }]) => [name, [...toFloat32Like(data)]])).toEqual(
      copies,
    );
    expect(subject.photo!.data).toEqual(pixels);
    await model.dispose();
  });

  it("keract 3: of a batch each photo has its own gradient", async () => {
    const model = network(plain);
    const photos = [noiseFeeds(model.network, 4), noiseFeeds(model.network, 5)];
    const values = photos.map((each) => toFloat32(each.photo!).data);
    const both = float32([2, 16, 16, 3], Float32Array.from(values.flatMap((each) => [...each])));
    const of = { of: "class:1" };
    const together = toFloat32(await model.gradient({ photo: both }, of)).data;
    for (const [i, photo] of photos.entries()) {
      const alone = toFloat32(await model.gradient(photo, of)).data;
      near(together.subarray(i * 768, (i + 1) * 768), alone, 1e-5, `photo ${i}`);
    }
    await model.dispose();
  });

  it.each([3, 16, 20, 33])(
    "the tutorial 11: of a layer of %d maps all are drawn, on a sheet that fits a screen",
    (channels) => {
      const values = Float32Array.from({ length: channels * 64 }, (_, i) => Math.sin(i));
      const maps = { channels, height: 8, width: 8, values, shape: [1, 8, 8, channels] };
      const picture = drawFeatureMaps({ address: "layer", className: "Conv2D", ...maps });
      const numbers = new Set(textsOf(picture).split("\n"));
      for (let c = 0; c < channels; c++) expect(numbers, `map ${c}`).toContain(String(c));
      expect(picture.width).toBeLessThan(1700);
    },
  );

  it("pytorch-grad-cam 9: where the map is 0 the photo keeps its own brightness", () => {
    const photo = rasterOf(photoOf(8, 8));
    const values = new Float32Array(64);
    values[0] = 1;
    const identity = [1, 0, 0, 0, 1, 0] as const;
    const place = { photo, toInput: identity, inputSize: { height: 8, width: 8 } };
    const heatmap = { values, height: 8, width: 8, title: "" };
    const looks = { opacity: 0.75, blend: "strength", smooth: false } as const;
    const range = { low: 0, high: 1 };
    const colors = { colormap: colormap("inferno"), range, theme: themes.light };
    const { data } = overlay(heatmap, place, { ...looks, ...colors });
    expect(data.subarray(3)).toEqual(photo.data.subarray(3));
    expect(data.subarray(0, 3)).not.toEqual(photo.data.subarray(0, 3));
  });

  it("keract 3, the tutorial 11: nothing depends on a name", async () => {
    const lying = {
      input: "conv2d",
      first: "input_1",
      second: "max_pooling2d",
      pool: "conv2d_9",
      end: "softmax_input",
    };
    const maps: Float32Array[] = [];
    for (const names of [plain, lying]) {
      const model = network(names);
      const inputs = noiseFeeds(model.network, 4);
      const seen = await see(model, gradCamView as AnyView, { name: "x", inputs, preparation: "" });
      maps.push((seen.result as Explanation).maps[0]!.values);
      expect((seen.result as Explanation).maps[0]!.layer).toBe(names.second);
      await model.dispose();
    }
    expect(maps[0]).toEqual(maps[1]);
  });

  it.each(["1/255", "-1..1", "none"])(
    "tf-explain 4 and 7: with opacity 0 the photo is there to the byte, prepared as %s",
    async (scale) => {
      const model = network(plain);
      const photo = photoOf(48, 32);
      const subject = photoSubject(model, photo, { preprocessing: { scale } });
      const seen = await see(model, gradientView as AnyView, subject);
      const [{ picture } = { picture: undefined }] = seen.draw({ opacity: 0 });
      const [image] = marksOf(picture!.marks).filter(
        (mark) => mark.kind === "image" && mark.raster.width === 48,
      );
      expect((image as { raster: { data: Uint8Array } }).raster.data).toEqual(photo.data);
      await model.dispose();
    },
  );

  it.each([
    [0, 1],
    [-1, 1],
    [0, 255],
    [3, 4],
  ])("tf-explain 5: every fill stays inside what such photos hold, %d to %d", (low, high) => {
    const random = new Random(1);
    const data = Float32Array.from({ length: 300 }, () => random.uniform(low, high));
    const port = { name: "x", value: "x", type: "float32" as const, shape: [], order: [] };
    const input = { port, value: float32([1, 10, 10, 3], data), channels: 3 };
    for (const kind of fills)
      for (const value of fillOf(kind, input, new Random(2)))
        expect(value >= low - 1e-5 && value <= high + 1e-5, kind).toBe(true);
  });

  it("tf-explain 6: by default Grad-CAM is the paper's: plain gradients, a convolution's maps, the mean as weight", async () => {
    const model = network(plain);
    const inputs = noiseFeeds(model.network, 4);
    const target = "class:1";
    const seen = await see(
      model,
      gradCamView as AnyView,
      { name: "x", inputs, preparation: "" },
      { target },
    );
    const slopes = await model.gradient(inputs, { of: target, wrt: "conv2d_1" });
    const maps = (await model.running.run(inputs, [layerValue(model, "conv2d_1")]))[0]!;
    const channels = 5;
    const places = slopes.data.length / channels;
    const weights = new Float64Array(channels);
    toFloat32(slopes).data.forEach((slope, i) => (weights[i % channels]! += slope / places));
    const sums = new Float64Array(places);
    toFloat32(maps).data.forEach(
      (value, i) => (sums[i % places]! += weights[Math.floor(i / places)]! * value),
    );
    near(
      (seen.result as Explanation).maps[0]!.values,
      sums.map((sum) => Math.max(sum, 0)),
      1e-5,
      "map",
    );
    await model.dispose();
  });

  it("tf-explain 7: signs become the two halves of the colours, around their middle", async () => {
    const model = network(plain);
    const subject = { name: "x", inputs: noiseFeeds(model.network, 4), preparation: "" };
    const seen = await see(model, gradientView as AnyView, subject);
    const { values } = (seen.result as Explanation).maps[0]!;
    const [{ picture } = { picture: undefined }] = seen.draw({ style: "map", clip: 0 });
    const image = marksOf(picture!.marks).find(
      (mark) => mark.kind === "image" && mark.raster.width === 16,
    ) as { raster: { data: Uint8Array } };
    const { data } = image.raster;
    const above = (i: number) => data[i]! - 127.5;
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const strong = [...values.keys()].filter((i) => Math.abs(values[i]!) > 0.3 * largest);
    expect(strong.some((i) => values[i]! < 0) && strong.some((i) => values[i]! > 0)).toBe(true);
    for (const i of strong) expect(Math.sign(above(i))).toBe(Math.sign(values[i]!));
    await model.dispose();
  });

  it("pytorch-grad-cam 9: numbers stay numbers: a difference is the difference of the maps", async () => {
    const model = network(plain);
    const subject = { name: "x", inputs: noiseFeeds(model.network, 4), preparation: "" };
    const raw = async (target: string): Promise<Float32Array> => {
      const arrays = (await see(model, gradCamView as AnyView, subject, { target })).arrays();
      return toFloat32([...arrays].find(([name]) => name.endsWith("gradcam_raw"))![1]).data;
    };
    const [first, second] = [await raw("logit:0"), await raw("logit:1")];
    near(
      await raw("difference:1-0"),
      second.map((value, i) => value - first[i]!),
      1e-6,
      "difference",
    );
    await model.dispose();
  });

  it("pytorch-grad-cam 9: errors surface", async () => {
    const model = network(plain);
    const inputs = noiseFeeds(model.network, 4);
    const subject = { name: "x", inputs, preparation: "" };
    const ask = (asks: object, of: PhotoSubject = subject) =>
      see(model, gradCamView as AnyView, of, asks);
    await expect(ask({ target: "class:9" })).rejects.toThrow("9");
    await expect(ask({ layer: "dense" })).rejects.toThrow("needs a layer with maps");
    await expect(ask({ layer: "conv2d_7" })).rejects.toThrow("conv2d_7");
    await expect(ask({}, { ...subject, inputs: {} })).rejects.toThrow("photo");
    const wrong: Tensor = float32([1, 8, 8, 3], new Float32Array(192));
    await expect(ask({}, { ...subject, inputs: { photo: wrong } })).rejects.toThrow("16");
    await model.dispose();
  });

  it("keract 1, quiver 10: the range of each map, or of all, stands in the picture, with whose scale it is", async () => {
    const model = network(plain);
    const subject = { name: "x", inputs: noiseFeeds(model.network, 4), preparation: "" };
    const seen = await see(model, gradCamView as AnyView, subject, { layer: "conv" });
    const words = {
      map: "each map on its own scale",
      layer: "one scale a layer",
      network: "one scale for all layers",
      photos: "one scale for all photos",
    };
    for (const [mode, said] of Object.entries(words)) {
      const [{ picture } = { picture: undefined }] = seen.draw({ scale_mode: mode });
      expect(textsOf(picture!), mode).toContain(said);
    }
    await model.dispose();
  });

  it("the tutorial 11: every kind of network has a heatmap for each class, or a sentence why not", async () => {
    for (const kind of networkKinds) {
      const model = new Model({ network: await kind.open() }, runtime, { threads: 1 });
      const subject = { name: "x", inputs: noiseFeeds(model.network, 4), preparation: "" };
      const seen = await see(model, gradCamView as AnyView, subject).catch((error: Error) => error);
      if (seen instanceof Error) expect(seen.name, kind.name).toBe("StriateError");
      else
        for (const { values } of (seen.result as Explanation).maps)
          expect(values.every(Number.isFinite), kind.name).toBe(true);
      await model.dispose();
    }
  });
});

const layerValue = ({ network: { layers: all } }: Model, address: string): string =>
  all.find((layer) => layer.address === address)!.outputs[0]!.value;

function photoOf(width: number, height: number): ByteImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256);
  const storedSize = [height, width] as const;
  const origin = { name: "photo.png", format: "png", storedSize, orientation: 1 } as const;
  return { width, height, data, origin: { ...origin, oriented: false, steps: [] } };
}

const rasterOf = ({ width, height, data }: ByteImage) =>
  ({ width, height, channels: 3, data }) as const;

const toFloat32Like = (data: unknown) => data as Float32Array;

const marksOf = (marks: readonly Mark[]): Mark[] =>
  marks.flatMap((mark) => (mark.kind === "group" ? marksOf(mark.marks) : [mark]));

const textsOf = ({ marks }: Picture): string =>
  marksOf(marks)
    .flatMap((mark) => (mark.kind === "text" ? mark.text : []))
    .join("\n");
