import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Random } from "../../base/random.ts";
import type { Example, ExampleShape } from "../examples/example.ts";
import type { AffineOptions } from "./affine.ts";
import {
  type Augmentation,
  augment,
  randomBrightness,
  randomContrast,
  randomFlip,
  randomRotation,
  randomTranslation,
  randomZoom,
} from "./augment.ts";
import { parseAugment } from "./parse-augment.ts";

interface Fixture {
  readonly shape: ExampleShape;
  readonly image: number[];
  /** A picture of 12 x 2 pixels. */
  readonly tall: number[];
  readonly cases: readonly {
    readonly name: string;
    readonly factors: readonly number[];
    readonly options: AffineOptions;
    readonly values: readonly number[];
  }[];
}

/** Keras' own layers with factors that leave no choice, by fixtures/augment.py. */
const keras = JSON.parse(
  readFileSync(new URL("../../../fixtures/data/augment.json", import.meta.url), "utf8"),
) as Fixture;
const image = Float32Array.from(keras.image);
const fixed = (factor: number) => [factor, factor] as const;

const makers: Record<string, (factors: readonly number[], options: AffineOptions) => Augmentation> =
  {
    rotation: ([a = 0], options) => randomRotation(fixed(a), options),
    zoom: ([a = 0, b], options) =>
      randomZoom(fixed(a), b === undefined ? undefined : fixed(b), options),
    translation: ([a = 0, b = 0], options) => randomTranslation(fixed(a), fixed(b), options),
    "tall rotation": ([a = 0], options) => randomRotation(fixed(a), options),
    brightness: ([a = 0]) => randomBrightness(fixed(a)),
    contrast: () => randomContrast(0.9),
  };

describe("augmentation, against Keras' layers", () => {
  it.each(
    keras.cases.map(
      (one) =>
        [
          `${one.name} ${one.factors.join(" ")} ${one.options.fillMode ?? ""} ${one.options.interpolation ?? ""}`,
          one,
        ] as const,
    ),
  )("%s", (_title, { name, factors, options, values }) => {
    const random =
      name === "contrast" ? ({ uniform: () => factors[0]! } as unknown as Random) : new Random(1);
    const [input, shape] =
      name === "tall rotation"
        ? [Float32Array.from(keras.tall), [12, 2, 3] as const]
        : [image, keras.shape];
    const made = makers[name]!(factors, options)(input, shape, random);
    values.forEach((want, i) => expect(Math.abs(made[i]! - want), `value ${i}`).toBeLessThan(2e-2));
  });

  it("mirrors half of the pictures, in the directions asked for", () => {
    const row = Float32Array.of(1, 2, 3, 4);
    const shape: ExampleShape = [2, 2, 1];
    const seen = (mode: "horizontal" | "vertical" | "horizontal_and_vertical") => {
      const random = new Random(5);
      const counts = new Map<string, number>();
      for (let i = 0; i < 400; i++) {
        const key = randomFlip(mode)(row, shape, random).join("");
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      return counts;
    };
    expect([...seen("horizontal").keys()].sort()).toEqual(["1234", "2143"]);
    expect([...seen("vertical").keys()].sort()).toEqual(["1234", "3412"]);
    expect([...seen("horizontal_and_vertical").keys()].sort()).toEqual(["1234", "4321"]);
    expect(Math.abs(seen("horizontal").get("2143")! - 200)).toBeLessThan(50);
  });

  it("draws each factor from its whole range", () => {
    const random = new Random(9);
    const grey = new Float32Array(3).fill(100);
    const drawn = Array.from(
      { length: 500 },
      () => (randomBrightness(0.2)(grey, [1, 1, 3], random)[0]! - 100) / 255,
    );
    expect(Math.min(...drawn)).toBeLessThan(-0.19);
    expect(Math.max(...drawn)).toBeGreaterThan(0.19);
    expect(Math.max(...drawn.map(Math.abs))).toBeLessThanOrEqual(0.2);
  });

  it("leaves the picture it was given unchanged, and repeats itself for the same seed", () => {
    const x = Uint8Array.from(keras.image);
    const example: Example = { x, shape: keras.shape, y: 0, id: "a.jpg" };
    const step = augment(...parseAugment("flip,rotation,zoom,translation,contrast,brightness"));
    const run = () => step(example, new Random(3)) as Example;
    expect(run()).toEqual(run());
    expect([...x]).toEqual(keras.image);
    expect([...run().x]).not.toEqual(keras.image);
  });
});

describe("parseAugment", () => {
  it("reads names and numbers", () => {
    expect(parseAugment("flip, rotation=0.1,zoom")).toHaveLength(3);
    expect(parseAugment("")).toEqual([]);
  });

  it("says what is wrong", () => {
    expect(() => parseAugment("rotate")).toThrow("nearest: rotation");
    expect(() => parseAugment("zoom=much")).toThrow("expected a number");
    expect(() => parseAugment("zoom=2")).toThrow("outside -1 to 1");
    expect(() => parseAugment("toString")).toThrow("no augmentation");
  });
});
