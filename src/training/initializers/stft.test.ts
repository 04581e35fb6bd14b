import { expect, it } from "vitest";
import { Random } from "../../base/random.ts";
import { initialize } from "./index.ts";

/** A weight of `(5, 1, 3)`. Numbers of keras.initializers.STFT (Keras 3.15.1), its rounding errors written as 0. */
const kernel = (config: object): number[] =>
  [...initialize({ class_name: "STFT", config: { ...config } }, [5, 1, 3], new Random(1)).data].map(
    (value) => Math.round(value * 1e6) / 1e6 + 0,
  );

it("the kernels of a Fourier transform are Keras' own, under any window", () => {
  expect(kernel({ side: "real", window: "hann" })).toEqual([
    0, 0, 0, 0.408248, 0, -0.408248, 0.816497, -0.816497, 0.816497, 0.408248, 0, -0.408248, 0, 0, 0,
  ]);
  expect(kernel({ side: "imag", window: "hamming", scaling: "spectrum", periodic: true })).toEqual([
    0, 0, 0, 0, -0.147353, 0, 0, 0, 0, 0, 0.337833, 0, 0, 0, 0,
  ]);
  expect(kernel({ side: "imag", window: "blackman", scaling: null })).toEqual([
    0, 0, 0, 0, -0.34, 0, 0, 0, 0, 0, 0.34, 0, 0, 0, 0,
  ]);
  expect(kernel({ side: "real", window: null }).slice(3, 6)).toEqual([1, 0, -1]);
  expect(kernel({ window: [1, 2, 3, 2, 1], scaling: "spectrum" }).slice(0, 6)).toEqual([
    0.111111, 0.111111, 0.111111, 0.222222, 0, -0.222222,
  ]);
});

it("says which windows there are", () => {
  expect(() => kernel({ window: "kaiser" })).toThrow(
    '"window": expected one of boxcar, hann, hamming, blackman or 5 numbers, got "kaiser"',
  );
});
