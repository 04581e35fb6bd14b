import { expect, test } from "vitest";
import { mapStatistics, rangeOf, toPlanes } from "./map-statistics.ts";

const size = { channels: 1, height: 2, width: 4 };
const of = (...values: number[]) => mapStatistics(Float32Array.from(values), size)[0]!;

test("a live map has its range, mean, population deviation and share of zeros", () => {
  const live = of(0, 0, 1, 2, 3, 4, 0, 6);
  expect(live).toMatchObject({ min: 0, max: 6, mean: 2, zeros: 3 / 8, state: "live" });
  // NumPy: np.std([0, 0, 1, 2, 3, 4, 0, 6])
  expect(live.std).toBeCloseTo(2.0615528128088303, 12);
});

test("a spread that is tiny beside the mean is not lost", () => {
  const values = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => 4096 + i / 1024);
  // NumPy, float64: np.std(np.arange(8)) / 1024
  expect(of(...values).std).toBeCloseTo(2.29128784747792 / 1024, 12);
});

test("dead is all zero, constant is all the same, even where it is minute", () => {
  expect(of(0, 0, 0, -0, 0, 0, 0, 0)).toMatchObject({ state: "dead", min: 0, max: 0, zeros: 1, std: 0 }); // prettier-ignore
  expect(of(...Array<number>(8).fill(2.5))).toMatchObject({ state: "constant", mean: 2.5, std: 0 });
  expect(of(...Array<number>(8).fill(-1e-30)).state).toBe("constant");
});

test("NaN and infinities are counted and left out of everything else", () => {
  const odd = of(NaN, Infinity, -Infinity, 1, 2, 3, NaN, 2);
  expect(odd).toMatchObject({ state: "non-finite", nan: 2, infinite: 2, min: 1, max: 3, mean: 2 });
  expect(rangeOf(odd)).toEqual({ low: 1, high: 3 });
  const none = of(...Array<number>(8).fill(NaN));
  expect(none).toMatchObject({ state: "non-finite", nan: 8, min: NaN, max: NaN, mean: NaN });
  expect(rangeOf(none)).toBeUndefined();
});

test("maps come out of NHWC, NCHW and a batch alike; planes are not copied", () => {
  const wanted = { channels: 3, height: 2, width: 4 };
  const value = (c: number, y: number, x: number) => 100 * c + 10 * y + x;
  const nchw = new Float32Array(48);
  const nhwc = new Float32Array(48);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < 2; y++)
      for (let x = 0; x < 4; x++) {
        nchw[24 + (c * 2 + y) * 4 + x] = value(c, y, x);
        nhwc[24 + (y * 4 + x) * 3 + c] = value(c, y, x);
      }
  const planes = toPlanes(nchw, wanted, [8, 4, 1], 24);
  expect(planes.buffer).toBe(nchw.buffer);
  expect(toPlanes(nhwc, wanted, [1, 12, 3], 24)).toEqual(planes);
  expect(planes[2 * 8 + 1 * 4 + 3]).toBe(213);
});

test("sizes that do not fit the numbers are refused", () => {
  expect(() => mapStatistics(new Float32Array(7), size)).toThrow(
    "1 maps of 2x4 hold 8 values, got 7",
  );
  expect(() => toPlanes(new Float32Array(7), size, [1, 4, 1])).toThrow("need 8 values, got 7");
});
