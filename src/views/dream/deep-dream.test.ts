import { describe, expect, it } from "vitest";
import { Model } from "../../api/model.ts";
import { Random } from "../../base/random.ts";
import { float32, toFloat32 } from "../../base/tensor.ts";
import { noiseImage } from "../../model/photo/noise-input.ts";
import { runtime } from "../../runtime/node/index.ts";
import { networkKinds } from "../../../test/network-kinds.ts";
import { octaveSizes } from "./deep-dream.ts";
import { cosine, similaritySlope, styleOf } from "./diversity.ts";
import { dreamView } from "./dream-view.ts";

const open = async () =>
  new Model({ network: await networkKinds[0]!.open() }, runtime, { threads: 1 });
const photo = noiseImage(40, 28, new Random(3));
const asks = { target: "layer:conv2d", octaves: 3, octaveSteps: 4, previews: 3 };

describe("a dream in a photo", () => {
  it("is as large as the photo, larger in what the layer looks for, and the same for a seed", async () => {
    const model = await open();
    const { result } = await model.view(dreamView, photo, asks);
    const [dream] = result;
    expect([dream!.shape.height, dream!.shape.width]).toEqual([photo.height, photo.width]);
    expect(dream!.score).toBeGreaterThan(1.1 * dream!.photo.score);
    const again = await model.view(dreamView, photo, asks);
    expect(again.result[0]!.picture).toEqual(dream!.picture);
    const other = await model.view(dreamView, photo, asks, { seed: 1 });
    expect(other.result[0]!.picture).not.toEqual(dream!.picture);
    await model.dispose();
  });

  it("shows the way there as pictures of one size, where that is asked for", async () => {
    const model = await open();
    const seen = await model.view(dreamView, photo, asks);
    expect([...seen.draw()].length).toBe(1);
    const way = [...seen.draw({ animate: true })].at(-1)!;
    expect(way.frames!.length).toBe(3);
    expect(new Set(way.frames!.map(({ width, height }) => `${width} x ${height}`)).size).toBe(1);
    await model.dispose();
  });

  it("begins no smaller than what the network sees, and ends at the photo's own size", () => {
    const sizes = octaveSizes(
      { height: 300, width: 200 },
      { height: 100, width: 100 },
      4,
      Math.SQRT2,
    );
    expect(sizes).toEqual([
      { height: 150, width: 100 },
      { height: 212, width: 141 },
      { height: 300, width: 200 },
    ]);
    const small = { height: 20, width: 20 };
    expect(octaveSizes(small, { height: 100, width: 100 }, 4, 1.4)).toEqual([small]);
  });
});

describe("several pictures of one unit", () => {
  it("have less in common than without the term for it", async () => {
    const model = await open();
    const common = async (diversity: number) => {
      const { result } = await model.view(dreamView, undefined, {
        target: "unit:conv2d_1[2]",
        pictures: 2,
        steps: 24,
        diversity,
      });
      expect(result.map(({ place }) => place?.index)).toEqual([0, 1]);
      return cosine(result[0]!.style!, result[1]!.style!);
    };
    expect(await common(3)).toBeLessThan(await common(0));
    await model.dispose();
  });

  it("have the slope of the cosines that finite differences find", () => {
    const random = new Random(2);
    const noise = () =>
      float32(
        [1, 3, 2, 4],
        Float32Array.from({ length: 24 }, () => random.normal()),
      );
    const [maps, ...others] = [noise(), noise(), noise()];
    const styles = others.map((each) => styleOf(each, 1));
    const value = (x: Float32Array) => {
      const style = styleOf(float32([1, 3, 2, 4], x), 1);
      return styles.reduce((sum, other) => sum + cosine(style, other), 0);
    };
    const slope = similaritySlope(maps, 1, styles, 1).data;
    const data = toFloat32(maps).data;
    for (const i of [0, 7, 13, 23]) {
      const [up, down] = [1e-2, -1e-2].map((by) =>
        value(data.map((each, k) => (k === i ? each + by : each))),
      );
      expect(slope[i]!).toBeCloseTo((up! - down!) / 2e-2, 3);
    }
  });
});
