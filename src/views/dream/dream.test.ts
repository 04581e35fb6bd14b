import { describe, expect, it } from "vitest";
import { Random } from "../../base/random.ts";
import { float32 } from "../../base/tensor.ts";
import { RunningNetwork } from "../../model/running.ts";
import { runtime } from "../../runtime/node/index.ts";
import { networkKinds } from "../../../test/network-kinds.ts";
import { viewContext } from "../context.ts";
import { runView } from "../run-view.ts";
import { correlated, decorrelated } from "./colour.ts";
import { dreamView } from "./dream-view.ts";
import { PlaneFft } from "./fft.ts";
import { fourier } from "./fourier.ts";
import type { PictureShape, Planes } from "./picture-input.ts";
import { Sampler, drawAll, jitter, pad, rotate, zoom } from "./transform.ts";

const noise = (length: number, random: Random) =>
  Float64Array.from({ length }, () => random.normal());
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

describe("the Fourier transform of a plane", () => {
  it("is the sum that defines it, and back again", () => {
    const [height, width] = [4, 8];
    const random = new Random(1);
    const [re, im] = [noise(32, random), noise(32, random)];
    const wanted = Array.from({ length: 32 }, (_, at) => {
      const [v, u] = [Math.floor(at / width), at % width];
      let [real, imaginary] = [0, 0];
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const angle = -2 * Math.PI * ((v * y) / height + (u * x) / width);
          const [c, s, i] = [Math.cos(angle), Math.sin(angle), y * width + x];
          real += re[i]! * c - im[i]! * s;
          imaginary += re[i]! * s + im[i]! * c;
        }
      return [real / Math.sqrt(32), imaginary / Math.sqrt(32)];
    });
    const [a, b] = [re.slice(), im.slice()];
    const fft = new PlaneFft(height, width);
    fft.transform(a, b, -1);
    wanted.forEach(([real, imaginary], i) => {
      expect(a[i]).toBeCloseTo(real!, 12);
      expect(b[i]).toBeCloseTo(imaginary!, 12);
    });
    fft.transform(a, b, 1);
    re.forEach((value, i) => expect(a[i]).toBeCloseTo(value, 12));
    im.forEach((value, i) => expect(b[i]).toBeCloseTo(value, 12));
  });
});

it.each([false, true])("colours go there and their gradients back (blue first: %s)", (bgr) => {
  const random = new Random(2);
  const [x, y] = [noise(15, random), noise(15, random)];
  const [there, back] = [x.slice(), y.slice()];
  correlated(there, 3, bgr);
  decorrelated(back, 3, bgr);
  expect(dot(there, y)).toBeCloseTo(dot(x, back), 12);
});

it("a sampler spreads a gradient as it reads a picture", () => {
  const random = new Random(3);
  const [from, to] = [
    { height: 9, width: 12 },
    { height: 7, width: 8 },
  ];
  const transforms = [pad(0.1), jitter(0.3), zoom(0.2), rotate(20)];
  const sampler = new Sampler(from, to, drawAll(transforms, random, to));
  const x = Float32Array.from(noise(2 * 9 * 12, random));
  const y = Float32Array.from(noise(2 * 7 * 8, random));
  expect(dot(sampler.read(x, [0, 0]), y)).toBeCloseTo(dot(x, sampler.spread(y)), 4);
  const grey = sampler.read(new Float32Array(2 * 9 * 12).fill(0.5), [0.5, 0.5]);
  for (const value of grey) expect(value).toBeCloseTo(0.5, 6);
});

it("a jitter alone moves by whole pixels", () => {
  const size = { height: 3, width: 4 };
  const x = Float32Array.from({ length: 12 }, (_, i) => i);
  const map = drawAll([jitter(1)], new Random(4), size);
  const moved = new Sampler(size, size, map).read(x, [-1]);
  for (const value of moved) expect([-1, ...x]).toContain(value);
});

it("waves climb: the step goes along the gradient, and stays between black and white", () => {
  const shape: PictureShape = {
    channels: 3,
    height: 8,
    width: 8,
    range: { low: [-1, -1, -1], high: [1, 1, 1], bgr: false },
  };
  const random = new Random(5);
  const held = fourier(shape, { height: 8, width: 8 }, random);
  const gradient: Planes = Float32Array.from(noise(3 * 64, random));
  const before = held.picture();
  for (let step = 0; step < 20; step++) {
    const last = held.picture();
    held.climb(gradient, 0.05);
    expect(dot(held.picture(), gradient)).toBeGreaterThan(dot(last, gradient));
  }
  expect(dot(held.picture(), gradient)).toBeGreaterThan(dot(before, gradient) + 1);
  for (const value of held.picture()) expect(Math.abs(value)).toBeLessThanOrEqual(1);
});

describe("a dream", () => {
  const asks = { target: "unit:conv2d_1[1]", steps: 12, previews: 3, pad: 0.1 };
  const open = async () =>
    new RunningNetwork(await networkKinds[0]!.open(), runtime, { threads: 1 });

  it("reaches more than noise does, and the same with the same seed only", async () => {
    const running = await open();
    const dream = (seed: number) =>
      runView(dreamView, viewContext(running, { seed }), undefined, asks);
    const [first, again, other] = [await dream(1), await dream(1), await dream(2)];
    const [{ score, photo, picture }] = first.result as [(typeof first.result)[number]];
    expect(score).toBeGreaterThan(photo.score);
    expect(again.result[0]!.picture).toEqual(picture);
    expect(other.result[0]!.picture).not.toEqual(picture);
    expect(first.words.caption).toContain("unit:conv2d_1_pre[1]");
  });

  it("keeps the best that it has when it is stopped, and the best of several starts", async () => {
    const running = await open();
    const signal = { aborted: false };
    const scores: number[] = [];
    const given = { ...asks, steps: 4, previews: 4, restarts: 5, rate: 3 };
    const seen = await runView(
      dreamView,
      viewContext(running, { signal }),
      undefined,
      given,
      ({ result }) => {
        scores.push(result[0]!.score);
        signal.aborted = scores.length === 15;
      },
    );
    expect(seen.stopped).toBe(true);
    expect(scores.length).toBeLessThan(20);
    expect(seen.result[0]!.score).toBe(Math.max(seen.result[0]!.score, ...scores));
  });

  it("stopped before the first preview, it has the picture of the step until then", async () => {
    const running = await open();
    let steps = 0;
    const signal = { aborted: false };
    const { gradients } = running;
    running.gradients = async (...args) => {
      const made = await gradients.apply(running, args);
      signal.aborted = ++steps === 3;
      return made;
    };
    const given = { ...asks, steps: 1000, previews: 1 };
    const seen = await runView(dreamView, viewContext(running, { signal }), undefined, given);
    expect(seen.stopped).toBe(true);
    expect(seen.result[0]!.step).toBe(3);
  });

  it("goes along a direction of a layer's channels, that of one channel being the channel", async () => {
    const running = await open();
    const given = { ...asks, transforms: "none", parameterisation: "pixels", steps: 3 } as const;
    const dream = (more: object) =>
      runView(dreamView, viewContext(running), undefined, { ...given, ...more });
    const one = await dream({ objective: "mean" });
    const channels = (await dream({ target: "layer:conv2d_1", objective: "mean" })).result[0]!;
    expect(channels.target).toBe("layer:conv2d_1_pre");
    const along = (...numbers: number[]) =>
      dream({ target: "layer:conv2d_1", direction: float32([numbers.length], numbers) });
    const size = running.network.layers
      .find(({ address }) => address === "conv2d_1")!
      .outputs[0]!.shape.at(-1) as number;
    const axis = Array.from({ length: size }, (_, i) => (i === 1 ? 7 : 0));
    const same = await along(...axis);
    expect(same.result[0]!.score).toBeCloseTo(one.result[0]!.score, 5);
    same.result[0]!.picture.forEach((value, i) =>
      expect(value).toBeCloseTo(one.result[0]!.picture[i]!, 5),
    );
    expect(same.words.caption).toContain(`along a direction of its ${size} channels`);
    await expect(along(1, 2)).rejects.toThrow(`should have ${size} numbers`);
    await expect(along(...axis.map(() => 0))).rejects.toThrow("not 0");
    const vector = float32([1], [1]);
    await expect(dream({ direction: vector })).rejects.toThrow("layer:NAME");
  });

  it("shows several channels on one sheet, and refuses what it cannot dream of", async () => {
    const running = await open();
    const dream = (more: object) =>
      runView(dreamView, viewContext(running), undefined, { ...asks, steps: 1, ...more });
    const several = await dream({ target: "unit:conv2d_1[2-4]" });
    expect(several.result.map(({ target }) => target)).toEqual(
      [2, 3, 4].map((channel) => `unit:conv2d_1_pre[${channel}]`),
    );
    await expect(dream({ target: "predicted" })).rejects.toThrow("name a class, as class:0");
    await expect(dream({ target: "unit:conv2d_1[4-2]" })).rejects.toThrow(
      "from a lower to a higher",
    );
  });
});
