import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { datasetSubject } from "../../api/dataset-subject.ts";
import { loadModel } from "../../api/load-model.ts";
import type { Model } from "../../api/model.ts";
import { openDatasetFor } from "../../api/open-dataset.ts";
import type { ImageSet } from "../../data/examples/image-set.ts";
import { viewContext } from "../context.ts";
import type { DatasetSubject } from "../subject.ts";
import { type CensusPart, mergeCensus, readCensus, writeCensus } from "./census-part.ts";
import { censusView } from "./census-view.ts";
import { cropOf } from "./crops.ts";
import { sketchError } from "./sketch.ts";
import {
  correlations,
  isDead,
  isSaturated,
  nearDuplicates,
  passMeans,
  selectivity,
  unitStatistics,
} from "./statistics.ts";

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../fixtures/data/census/${name}`, import.meta.url));

interface ExpectedRow {
  photos: number;
  mean: number;
  sd: number;
  min: number;
  max: number;
  zeros: number;
  value_mean: number;
  value_sd: number;
  quantiles: number[];
}
interface ExpectedUnit {
  rows: ExpectedRow[];
  difference: number | null;
  auc: number;
  top: [string, number, number, number][];
  bottom: [string, number][];
}
const expected = JSON.parse(readFileSync(fixture("expected.json"), "utf8")) as {
  names: string[];
  layers: Record<string, { units: ExpectedUnit[]; correlations: number[][] }>;
};

let model: Model;
let set: ImageSet;
let subject: DatasetSubject;
beforeAll(async () => {
  model = await loadModel(fixture("model.keras"));
  set = await openDatasetFor(model.network, fixture("photos.zip"), { keep: false });
  subject = datasetSubject(model.network, set);
});
afterAll(() => set.close());

const layers = Object.keys(expected.layers).join(",");
const asks = { layers, top: 5, sample: 3, sheets: 2 };
const take = async (more: object = {}) =>
  (await model.view(censusView, subject, { ...asks, ...more })).result;

describe("a census", () => {
  it("counts what NumPy counts of Keras' activations", async () => {
    const census = await take();
    for (const layer of census.layers) {
      const { units } = expected.layers[layer.address]!;
      expect(layer.units).toBe(units.length);
      units.forEach((unit, u) => {
        const where = `${layer.address}[${u}]`;
        const { min, max } = unit.rows[0]!;
        // Of a unit that hardly changes only the digits of a float32 are told.
        const range = Math.max(max - min, 0.1 * Math.abs(max), 1e-3);
        unit.rows.forEach((row, i) => {
          const own = unitStatistics(census, layer.first + u, i === 0 ? [0, 1] : [i - 1]);
          const near = (value: number | null, other: number, share = 1e-5) =>
            expect(Math.abs(value! - other), `${where} row ${i}`).toBeLessThan(share * range);
          expect(own.photos).toBe(row.photos);
          near(own.mean, row.mean);
          near(own.low, row.min);
          near(own.high, row.max);
          near(own.valueMean, row.value_mean);
          // The root of a small difference.
          near(own.deviation, row.sd, 1e-3);
          near(own.valueDeviation, row.value_sd, 1e-3);
          expect(own.zeros).toBeCloseTo(row.zeros, 6);
          row.quantiles.forEach((quantile, k) =>
            expect(Math.abs(own.quantiles[k]! - quantile), `${where} quantile ${k}`).toBeLessThan(
              sketchError(census.part.sketches.bits) * Math.abs(row.max) + 1e-5 * range + 2 ** -32,
            ),
          );
        });
        const { difference, area } = selectivity(census, layer.first + u, 1);
        // Values closer than a sketch can tell are ties.
        if (unit.rows[0]!.value_sd > 10 * sketchError(census.part.sketches.bits) * Math.abs(max))
          expect(Math.abs(area! - unit.auc), `${where} auc`).toBeLessThan(0.01);
        if (unit.difference !== null && unit.rows[0]!.value_sd > 1e-3 * range)
          expect(difference).toBeCloseTo(unit.difference, 2);
      });
    }
  });

  it("lists the same photos, peaks and extremes", async () => {
    const census = await take();
    const { part } = census;
    for (const layer of census.layers)
      expected.layers[layer.address]!.units.forEach((unit, u) => {
        for (const [list, wanted] of [
          [part.top, unit.top],
          [part.bottom, unit.bottom],
        ] as const)
          wanted.forEach(([name, value, row, column], rank) => {
            const at = (layer.first + u) * list.count + rank;
            expect(list.values[at]).toBeCloseTo(value, 5);
            // Photos whose values are nearly equal may change places.
            const alone = wanted.every(
              ([, other], k) => k === rank || Math.abs(other - value) > 1e-6,
            );
            const isLast = rank === wanted.length - 1;
            if (!alone || isLast) return;
            expect(part.names.get(list.photos[at]!), `${layer.address}[${u}] ${rank}`).toBe(name);
            if (row !== undefined)
              expect([...list.places.slice(2 * at, 2 * at + 2)]).toEqual([row, column]);
          });
      });
  });

  it("finds units that are dead, saturated, and doubles", async () => {
    const census = await take();
    const [edges, parts] = census.layers;
    expect(isDead(census, 0)).toBe(true);
    expect(isDead(census, 1)).toBe(false);
    expect(isSaturated(census, edges!, 0)).toBeNull();
    expect(isSaturated(census, parts!, parts!.first + 3)).toBe(true);
    expect(isSaturated(census, parts!, parts!.first)).toBe(false);
    for (const layer of census.layers) {
      const matrix = correlations(census, layer)!;
      expected.layers[layer.address]!.correlations.flat().forEach((value, i) => {
        const both = [Math.floor(i / layer.units), i % layer.units];
        const changes = (u: number) =>
          expected.layers[layer.address]!.units[u]!.rows[0]!.value_sd > 1e-3;
        if (layer.units > 1 && both.every(changes)) expect(matrix[i]).toBeCloseTo(value, 3);
      });
    }
    const doubles = nearDuplicates(correlations(census, edges!)!, edges!.units, 0.9999);
    expect(doubles[0]).toMatchObject({ a: 1, b: 2 });
  });

  it("crops what the peak sees on the photo's own pixels", async () => {
    const census = await take();
    const { part } = census;
    const unit = 1;
    const at = unit * part.top.count;
    const number = part.top.photos[at]!;
    const photo = (await subject.original!(number))!;
    const [row, column] = part.top.places.subarray(2 * at, 2 * at + 2);
    const [left, top, right, bottom] = part.top.boxes.subarray(4 * at, 4 * at + 4);
    const [down, across] = [photo.height / 24, photo.width / 24];
    expect([left, top]).toEqual([Math.floor(column! * across), Math.floor(row! * down)]);
    expect(right).toBe(Math.ceil((column! + 3) * across));
    expect(bottom).toBe(Math.ceil((row! + 3) * down));
    const crop = cropOf(photo, [left!, top!, right!, bottom!]);
    const pixel = (x: number, y: number) =>
      [...photo.data.subarray(3 * (y * photo.width + x))].slice(0, 3);
    expect([...crop.data.subarray(0, 3)]).toEqual(pixel(left!, top!));
    expect([...crop.data.subarray(-3)]).toEqual(pixel(right! - 1, bottom! - 1));
  });

  it("says by grey and shuffled photos what is about colour or shape", async () => {
    const census = await take({ grey: true, shuffled: true });
    const { grey, shuffled } = passMeans(census, 1);
    const own = unitStatistics(census, 1).valueMean!;
    expect(Math.abs(grey! - own)).toBeGreaterThan(1e-3);
    // Patches keep their colours, and edges are added.
    expect(shuffled!).toBeGreaterThan(0.5 * own);
    expect(passMeans(await take(), 1)).toEqual({ grey: null, shuffled: null });
  });
});

describe("parts of a census", () => {
  const whole = { ...censusView.asks };
  const values = Object.fromEntries(
    Object.entries(whole).map(([key, { fallback }]) => [key, fallback]),
  ) as Parameters<NonNullable<typeof censusView.shards>["part"]>[2];
  const part = (from: number, to: number): Promise<CensusPart> =>
    censusView.shards!.part(viewContext(model.running), subject.range!(from, to), {
      ...values,
      ...asks,
      top: 4,
    }) as Promise<CensusPart>;

  it("are the same bytes however they are put together, and come back from them", async () => {
    const [a, b, c] = await Promise.all([part(0, 13), part(13, 21), part(21, 40)]);
    const left = mergeCensus(mergeCensus(a!, b!), c!);
    const right = mergeCensus(a!, mergeCensus(b!, c!));
    const bytes = writeCensus(left);
    expect(Buffer.compare(bytes, writeCensus(right))).toBe(0);
    const again = [a!, b!, c!].map((each) => readCensus(writeCensus(each)));
    const merged = mergeCensus(mergeCensus(again[0]!, again[1]!), again[2]!);
    expect(Buffer.compare(bytes, writeCensus(merged))).toBe(0);
    expect([...left.photos]).toEqual([20, 20]);
  });

  it("that list other photos than their own, or one twice, are refused in a sentence", async () => {
    const own = await part(13, 21);
    const bytes = writeCensus(own);
    const read = (made: CensusPart) => () => readCensus(writeCensus(made), undefined, [13, 21]);
    expect(writeCensus(read(own)())).toEqual(bytes);
    const listing = (at: number, photo: number): CensusPart => ({
      ...own,
      top: { ...own.top, photos: own.top.photos.with(at, photo) },
    });
    expect(read(listing(2, 4294967295))).toThrow(
      /^lists photo 4294967295, which is none of its own; its photos are 13 to 20: .* run the command again$/,
    );
    expect(read(listing(2, 12))).toThrow("lists photo 12, which is none of its own");
    expect(read(listing(2, own.top.photos[1]!))).toThrow("which stands there twice for one unit");
    expect(read({ ...own, names: new Map([...own.names].slice(1)) })).toThrow(
      "which it has no name for",
    );
    const cut = { ...own, bottom: { ...own.bottom, boxes: own.bottom.boxes.slice(1) } };
    expect(read(cut)).toThrow('"bottom/boxes" is not as long as it says');
    const vague = { ...own, sketches: { ...own.sketches, bits: 2.5 } };
    expect(read(vague)).toThrow("its sketches do not say how fine they are");
  });

  it("do not depend on the photos beside one", async () => {
    const [alone, among] = await Promise.all([part(7, 8), part(4, 12)]);
    const number = 7;
    const at = among.sample.photos.indexOf(number);
    const top = [...among.top.photos].indexOf(number);
    expect(alone.top.photos[0]).toBe(number);
    if (top >= 0) {
      const unit = Math.floor(top / among.top.count);
      expect(alone.top.values[unit]).toBe(among.top.values[top]);
    }
    if (at >= 0) expect(among.names.has(number)).toBe(true);
  });
});
