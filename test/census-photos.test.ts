import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { datasetSubject } from "../src/api/dataset-subject.ts";
import { loadModel } from "../src/api/load-model.ts";
import { openDatasetFor } from "../src/api/open-dataset.ts";
import { censusView } from "../src/views/census/census-view.ts";
import { selectivity, unitStatistics } from "../src/views/census/statistics.ts";
import { sketchError } from "../src/views/census/sketch.ts";
import { type NpzArray, readNpz } from "./npz.ts";
import { describeShared, shared } from "./shared.ts";

// Made by fixtures/census-photos.py: NumPy over Keras' activations, in doubles.
const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const zip = "data/cats_vs_dogs_180px.zip";
const photos = 2000;
const top = 16;

describeShared(zip, "a census of 2,000 photos", () => {
  const expected = readNpz(readFileSync(path("fixtures/data/census/cats.npz")));
  const take = async () => {
    const model = await loadModel(path("models/cat_vs_dog.h5"), { threads: 1 });
    const set = await openDatasetFor(model.network, shared(zip), { keep: false });
    try {
      const subject = datasetSubject(model.network, set, { limit: photos });
      const { result } = await model.view(censusView, subject, { top, sheets: 0 });
      return { census: result, subject };
    } finally {
      await set.close();
      await model.dispose();
    }
  };

  it("is NumPy's over Keras' activations, in every figure of every unit", async () => {
    const { census } = await take();
    const array = (name: string): NpzArray => expected[name]!;
    /** The largest distances, by what they are of: all are told where one is too large. */
    const worst: Record<string, number> = {};
    const note = (what: string, distance: number) =>
      (worst[what] = Math.max(worst[what] ?? 0, Math.abs(distance)));
    let listed = 0;
    expect(census.layers).toHaveLength(4);
    for (const layer of census.layers) {
      const rows = array(`${layer.address}/rows`);
      expect(rows.shape).toEqual([layer.units, 3, 14]);
      for (let u = 0; u < layer.units; u++) {
        const unit = layer.first + u;
        const row = (i: number) => [...rows.data.subarray((3 * u + i) * 14, (3 * u + i + 1) * 14)];
        const range = Math.max(row(0)[3]! - row(0)[2]!, 1e-6);
        [[0, 1], [0], [1]].forEach((classes, i) => {
          const [mean, sd, low, high, zeros, valueMean, valueSd, ...quantiles] = row(i);
          const own = unitStatistics(census, unit, classes);
          expect(own.photos).toBe(array("dogs").data.filter((dog) => classes.includes(dog)).length);
          note("mean", (own.mean! - mean!) / range);
          note("sd", (own.deviation! - sd!) / range);
          // Single values of a unit that hardly answers differ by a float32's last digits.
          note("min", (own.low! - low!) / (range + 0.1));
          note("max", (own.high! - high!) / (range + 0.1));
          note("zeros", own.zeros! - zeros!);
          note("value mean", (own.valueMean! - valueMean!) / range);
          note("value sd", (own.valueDeviation! - valueSd!) / range);
          quantiles.forEach((quantile, k) => {
            const stated = sketchError(census.part.sketches.bits) * Math.abs(high!) + 1e-6 * range;
            note("quantile, of the stated error", (own.quantiles[k]! - quantile) / stated);
          });
        });
        const { area, difference } = selectivity(census, unit, 1);
        note("auc", area! - array(`${layer.address}/auc`).data[u]!);
        if (row(0)[6]! > 1e-6 * range)
          note("difference", difference! - array(`${layer.address}/difference`).data[u]!);
        for (const name of ["top", "bottom"] as const) {
          const list = census.part[name];
          const of = (what: string) => array(`${name}/${layer.address}/${what}`).data;
          const values = of("values").subarray(u * (top + 1), (u + 1) * (top + 1));
          values.subarray(0, top).forEach((value, rank) => {
            const at = unit * list.count + rank;
            const from = u * (top + 1) + rank;
            note(`${name} values`, (list.values[at]! - value) / (range + 0.1));
            // Photos whose values are nearly equal may change places.
            const alone = values.every((other, k) => k === rank || Math.abs(other - value) > 1e-6);
            if (!alone) return;
            listed++;
            expect(list.photos[at], `${layer.address}[${u}] ${name} ${rank}`).toBe(
              of("photos")[from],
            );
            if (name === "top")
              expect([...list.places.subarray(2 * at, 2 * at + 2)]).toEqual([
                ...of("places").subarray(2 * from, 2 * from + 2),
              ]);
          });
        }
      }
    }
    const limits: Record<string, number> = {
      ...{ mean: 1e-5, sd: 1e-5, min: 1e-5, max: 1e-5, zeros: 1e-5, "value mean": 1e-5 },
      ...{ "value sd": 1e-5, "quantile, of the stated error": 1, auc: 0.01, difference: 0.01 },
      ...{ "top values": 1e-5, "bottom values": 1e-5 },
    };
    for (const [what, distance] of Object.entries(worst))
      expect(distance, `${what} of ${JSON.stringify(worst)}`).toBeLessThan(limits[what]!);
    // Most of the 11,264 places of the lists stand alone.
    expect(listed).toBeGreaterThan(10_000);
    if (process.env.STRIATE_SAY) process.stderr.write(`${JSON.stringify(worst)} ${listed}\n`);
  }, 600_000);
});
