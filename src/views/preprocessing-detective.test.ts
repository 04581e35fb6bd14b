import { describe, expect, it } from "vitest";
import { describeShared, shared } from "../../test/shared.ts";
import { type SmallLayer, photoLayer, smallNetwork } from "../../test/small-models.ts";
import { Random } from "../base/random.ts";
import { float32 } from "../base/tensor.ts";
import type { Image } from "../data/pictures/image.ts";
import { prepareImages, defaultPreprocessing } from "../data/pictures/preprocess.ts";
import type { Network } from "../model/network.ts";
import { noiseImage } from "../model/photo/noise-input.ts";
import { RunningNetwork } from "../model/running.ts";
import { openModel } from "../api/open-model.ts";
import { readImage } from "../api/read-image.ts";
import { runtime } from "../runtime/node/index.ts";
import { readHead } from "./detective/head-reading.ts";
import { findStatistics, misfitOf } from "./detective/misfit.ts";
import { describeFindings, findPreprocessing } from "./preprocessing-detective.ts";

const size = 24;
const layers: SmallLayer[] = [
  photoLayer(size),
  { type: "Conv2D", name: "conv", config: { filters: 6, kernel_size: [3, 3] } },
  { type: "BatchNormalization", name: "bn" },
  { type: "ReLU", name: "act" },
  { type: "GlobalAveragePooling2D", name: "pool" },
  { type: "Dense", name: "classes", config: { units: 4, activation: "softmax" } },
];

/** A picture of soft blobs, more red than green and more green than blue, as photos of animals are. */
function blobs(seed: number): Image {
  const random = new Random(seed);
  const image = noiseImage(size, size, random);
  const waves = Array.from({ length: 9 }, () => random.uniform(0.1, 0.5));
  const data = image.data.map((_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % size, Math.floor(i / 3 / size), i % 3];
    const wave = Math.sin(waves[c]! * x + 9 * waves[c + 3]!) * Math.cos(waves[c + 6]! * y);
    return Math.round([170, 120, 70][c]! + [60, 50, 40][c]! * wave + random.uniform(-15, 15));
  });
  return { ...image, data };
}

const running = (network: Network) => new RunningNetwork(network, runtime, { threads: 1 });

/** The network with the statistics that training on photos scaled in one way would have left. */
async function trainedWith(scale: string): Promise<Network> {
  const network = smallNetwork(layers);
  const photos = Array.from({ length: 8 }, (_, i) => blobs(i));
  const batch = prepareImages(photos, { ...defaultPreprocessing, scale }, "NHWC");
  const { reads } = network.layers.find(({ address }) => address === "bn")!;
  const [value] = await running(network).run({ photo: batch }, [reads[0]!]);
  const [rows, channels, ...space] = value!.shape as [number, number, ...number[]];
  const plane = space.reduce((product, length) => product * length, 1);
  const moments = Array.from({ length: channels }, (_, c) => {
    const values = Array.from({ length: rows }, (_, n) =>
      (value!.data as Float32Array).subarray(
        (n * channels + c) * plane,
        (n * channels + c + 1) * plane,
      ),
    ).flatMap((part) => [...part]);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    return [mean, values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length] as const;
  });
  const set = (name: string, values: number[]) =>
    network.graph.initializers.set(network.weights.get(name)!.value, float32([channels], values));
  set(
    "bn/moving_mean",
    moments.map(([mean]) => mean),
  );
  set(
    "bn/moving_variance",
    moments.map(([, variance]) => variance),
  );
  return network;
}

describe("the preprocessing detective", () => {
  it.each(["none", "1/255", "-1..1", "imagenet", "caffe", "1/255 bgr", "-1..1 bgr", "caffe rgb"])(
    "finds that a network was trained with %s",
    async (scale) => {
      const network = await trainedWith(scale);
      const findings = await findPreprocessing(running(network), blobs(99));
      expect(findings).toMatchObject({ from: "guess", fitted: "bn", how: { scale } });
      expect(findings.guesses[0]!.misfit).toBeLessThan(0.5);
      expect(describeFindings(findings)).toContain("a guess");
    },
  );

  it("believes the file, and a layer that scales, before it guesses", async () => {
    const network = await trainedWith("1/255");
    const said = { ...network, preprocessing: { scale: "-1..1" } };
    const file = await findPreprocessing(running(said), blobs(99));
    expect(file).toMatchObject({ from: "file", how: { scale: "-1..1" }, guesses: [] });
    expect(describeFindings(file)).toBe("scaling -1..1, as the file says");
    const scaling: SmallLayer = { type: "Rescaling", name: "scaling", config: { scale: 1 / 255 } };
    const own = smallNetwork([layers[0]!, scaling, ...layers.slice(1)]);
    const layer = await findPreprocessing(running(own), blobs(99));
    expect(layer).toMatchObject({ from: "layer", how: { scale: "none" }, guesses: [] });
  });

  it("calls a guess weak that the output alone speaks for", async () => {
    const plain = layers.filter(({ type }) => type !== "BatchNormalization");
    const findings = await findPreprocessing(running(smallNetwork(plain)), blobs(99));
    expect(findings).toMatchObject({ fitted: undefined, clear: false });
    expect(findings.guesses).toHaveLength(10);
    expect(describeFindings(findings)).toContain("a weak guess");
  });

  it("says so where nothing tells one way from another", async () => {
    const scores = layers
      .filter(({ type }) => type !== "BatchNormalization")
      .map((layer) => (layer.name === "classes" ? { ...layer, config: { units: 4 } } : layer));
    const findings = await findPreprocessing(running(smallNetwork(scores)), blobs(99));
    expect(findings.how.scale).toBe("1/255");
    expect(describeFindings(findings)).toMatch(/^not to be found out,.*taken: --scale 1\/255$/);
  });

  it("passes by statistics that are still those of a new layer", () => {
    expect(findStatistics(smallNetwork(layers))).toBeUndefined();
  });
});

describe("the evidence", () => {
  const stored = {
    layer: "bn",
    reads: "x",
    mean: Float32Array.of(0),
    variance: Float32Array.of(1),
  };

  it("of a fit is the divergence of two normal distributions", () => {
    const away = (values: number[]) => misfitOf(float32([1, 1, 1, values.length], values), stored);
    // Mean 1 and variance 1: half a nat from mean 0 and variance 1.
    expect(away([0, 2])).toBeCloseTo(0.5, 3);
    expect(away([-1, 1])).toBeCloseTo(0, 3);
    expect(away([-10, 10])).toBeCloseTo(0.5 * (100 - 1 - Math.log(100)), 1);
    expect(away([0, 0])).toBeGreaterThan(3);
  });

  it("of an output is its entropy, unless it is saturated", () => {
    const softmax = (logits: number[]) => readHead({ kind: "softmax" }, logits);
    expect(softmax([1, 1, 1, 1])).toEqual({ entropy: 2, doubt: 1 });
    expect(softmax([10, 0, 0, 0]).doubt).toBeLessThan(0.01);
    expect(softmax([900, 0, 0, 0]).doubt).toBe(2);
    expect(softmax([NaN, 0])).toEqual({ entropy: null, doubt: 2 });
    expect(readHead({ kind: "sigmoid" }, [0])).toEqual({ entropy: 1, doubt: 1 });
  });
});

describeShared(
  "models/keras_h5/face_classification",
  "networks whose preprocessing is known",
  () => {
    it.each([
      ["models/keras_h5/face_classification/mini_XCEPTION_KDEF.hdf5", "-1..1"],
      ["models/keras_h5/face_classification/fer2013_mini_XCEPTION.102-0.66.hdf5", "-1..1"],
      ["models/keras_h5/mlperf_tiny/mlperf_tiny_resnet8_cifar10.h5", "none"],
      ["models/keras_zip/cat_dog_model__Ayush6318.keras", "1/255"],
    ])("%s was trained with %s", async (file, scale) => {
      const { network } = await openModel(shared(file));
      const photo = await readImage(shared("images/pets/goldenretriever__dl4j.jpg"));
      expect((await findPreprocessing(running(network), photo)).how.scale).toBe(scale);
    });
  },
);
