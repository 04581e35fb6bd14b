import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { datasetSubject } from "../../api/dataset-subject.ts";
import { loadModel } from "../../api/load-model.ts";
import type { Model } from "../../api/model.ts";
import { openDatasetFor } from "../../api/open-dataset.ts";
import type { ImageSet } from "../../data/examples/image-set.ts";
import { PackedTexts } from "../../base/packed-texts.ts";
import { openZipFile } from "../../node/datasets/open-zip-file.ts";
import { runtime } from "../../runtime/node/index.ts";
import type { DatasetSubject } from "../subject.ts";
import type { EmbedPart } from "./embed-part.ts";
import { planEmbedding } from "./embed-plan.ts";
import { embedView } from "./embed-view.ts";
import { alikePairs } from "./find-odd.ts";
import { neighboursIn } from "./neighbour-table.ts";
import { nearestNeighbours } from "./neighbours.ts";
import { vectorsIn } from "./vector-table.ts";

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../fixtures/data/census/${name}`, import.meta.url));
const { embed: expected } = JSON.parse(readFileSync(fixture("expected.json"), "utf8")) as {
  embed: {
    vectors: number[][];
    shares: number[];
    scores: number[][];
    nearest: number[][];
    distances: number[][];
  };
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

const embed = async (asks: object = {}, seed = 0) =>
  model.view(embedView, subject, { neighbours: 4, components: 4, ...asks }, { seed });

const cutPart = (part: EmbedPart, from: number, to: number): EmbedPart => ({
  ...part,
  vectors: vectorsIn(part.vectors.block(from, to), part.vectors.width),
  photos: part.photos.slice(from, to),
  classes: part.classes.slice(from, to),
  names: PackedTexts.of([...part.names].slice(from, to)),
  splits: PackedTexts.of([...part.splits].slice(from, to)),
});

describe("an embedding", () => {
  it("of parts that are gathered is that of parts that are merged", async () => {
    const { result } = await embed();
    const { part, gather, merge, write } = { ...embedView.shards!, part: result.part };
    const cut = (from: number, to: number) => ({
      ...cutPart(part, from, to),
      skipped: to === 7 ? [{ path: "bad.jpg", reason: "is no photo" }] : [],
    });
    // Ten photos of the set could not be read.
    const parts = [cut(0, 7), cut(0, 0), cut(7, 30)];
    const all = gather!(40);
    expect(all.whole()).toBeUndefined();
    for (const each of parts) all.add(each);
    const merged = parts.reduce<unknown>((a, b) => merge(a, b), cut(0, 0));
    expect(write(all.whole())).toEqual(write(merged));
  });

  it("says before it begins what it takes, and which map takes less", async () => {
    const run = (memory: number) => model.view(embedView, subject, {}, { memory });
    await expect(run(40_000)).rejects.toThrow(
      /vectors of 40 photos \(8 numbers each\) and their map take 58 kB, and 40 kB may.*--map pca, for which 17 kB/,
    );
    await expect(run(10_000)).rejects.toThrow(/or a layer with fewer channels$/);
  });

  it("of more photos than a graph fits of is laid out from a sample, and says so", async () => {
    const seen = await embed({ map: "pca" });
    const of = (photos: number, memory: number, map = "umap") =>
      planEmbedding(
        { photos, width: 512, held: 0, hasDisk: true },
        { neighbours: 15, components: 16, map },
        memory,
      );
    expect(of(20_000, 2 ** 30).sample).toBe(20_000);
    expect(of(2_000_000, 2 ** 30, "pca").sample).toBe(2_000_000);
    const { sample, graph, least } = of(2_000_000, 2 ** 30);
    expect(least).toBeLessThan(2 ** 30);
    expect(sample).toBeGreaterThan(50_000);
    expect(sample).toBeLessThan(300_000);
    // Where not even a small one fits, what it takes is more than may be taken.
    expect(of(6_000_000, 2 ** 30).least).toBeGreaterThan(2 ** 30);
    const found = { ...seen.result, method: "umap" as const, sample: { photos: 9, bytes: graph } };
    expect(embedView.words(found, subject, seen.asks).caption).toContain(
      "laid out by UMAP from 9 of 40 photos, drawn evenly (the graph of all would take 2.0 GB; the others lie by their nearest): ",
    );
    expect(embedView.words(found, subject, seen.asks).lines[1]).toContain("from 9 of 40 photos");
    expect(embedView.json(found, subject, seen.asks)).toMatchObject({
      mapOfSample: { photos: 9, bytes: graph },
    });
  });

  it("has Keras' vectors, NumPy's principal components, and the exact neighbours", async () => {
    const { result } = await embed();
    const { part, principal, neighbours } = result;
    // The layer that the classifier reads.
    expect([result.layer, part.vectors.width, part.photos.length]).toEqual(["pooled", 8, 40]);
    const vectors = part.vectors.block(0, 40);
    expected.vectors.flat().forEach((value, i) => expect(vectors[i]).toBeCloseTo(value, 5));
    expected.shares.forEach((share, i) => expect(principal.shares[i]).toBeCloseTo(share, 4));
    expected.scores.forEach((row, i) =>
      row.forEach((score, k) =>
        expect(Math.abs(principal.scores[i * principal.count + k]!)).toBeCloseTo(score, 3),
      ),
    );
    expected.nearest.forEach((row, i) => {
      const { rows, distances } = neighbours.block(i, i + 1);
      expected.distances[i]!.forEach((each, k) => expect(distances[k]).toBeCloseTo(each, 5));
      const apart = expected.distances[i]!.every(
        (each, k) => k === 0 || each - expected.distances[i]![k - 1]! > 1e-5,
      );
      if (apart) expect([...rows]).toEqual(row);
    });
  });

  it("is one map for one seed, and keeps neighbours together", async () => {
    const [one, again, other] = [await embed(), await embed(), await embed({}, 9)];
    expect(one.result.places).toEqual(again.result.places);
    expect(one.result.places).not.toEqual(other.result.places);
    expect(one.result.places.every(Number.isFinite)).toBe(true);
    const { places, neighbours } = one.result;
    const apart = (a: number, b: number) =>
      Math.hypot(places[2 * a]! - places[2 * b]!, places[2 * a + 1]! - places[2 * b + 1]!);
    let [near, all] = [0, 0];
    for (let a = 0; a < 40; a++) {
      near += apart(a, neighbours.block(a, a + 1).rows[0]!) / 40;
      for (let b = 0; b < 40; b++) all += apart(a, b) / 1600;
    }
    expect(near).toBeLessThan(all / 2);
    const plane = await embed({ map: "pca" });
    expect(plane.result.places[0]).toBe(plane.result.principal.scores[0]);
  });

  it("finds near-duplicates, leaks between training and validation, and outliers", async () => {
    const numbers = Float32Array.from([1, 0, 0, 1, 1.001, 0, -1, -1, 0, 1.002, -9, 4]);
    const vectors = vectorsIn(numbers, 2);
    const neighbours = neighboursIn(await nearestNeighbours(runtime, vectors, 2));
    const pairs = alikePairs(vectors, neighbours, 0.9999);
    expect(pairs.pairs.map(({ a, b }) => [a, b])).toEqual([
      [0, 2],
      [1, 4],
    ]);
    // Of very many the most alike are kept, and all are counted.
    const some = alikePairs(vectors, neighbours, -1, 2);
    expect(some.pairs).toEqual(alikePairs(vectors, neighbours, -1).pairs.slice(0, 2));
    expect(some.count).toBeGreaterThan(4);
    const { result } = await embed({ alike: 0.9, validation: 0.25, outliers: 3 });
    const validates = (row: number) => result.part.photos[row]! >= 30;
    expect(result.leaks).toEqual(
      result.duplicates.filter(({ a, b }) => validates(a) !== validates(b)),
    );
    expect(result.leaks.length).toBeGreaterThan(0);
    const [first, second] = result.outliers;
    expect(result.apart[first!]).toBeGreaterThanOrEqual(result.apart[second!]!);
  });

  it("lists the photos nearest to one of the set, and to any other", async () => {
    const { result } = await embed();
    const { part, neighbours } = result;
    const own = part.names.at(7);
    const folder = mkdtempSync(join(tmpdir(), "striate-near-"));
    const copy = join(folder, "copy.jpg");
    const zip = await openZipFile(fixture("photos.zip"));
    writeFileSync(copy, await zip.read(zip.files.findIndex(({ path }) => path === own)));
    await zip.close();
    const asked = await embed({ near: [own, copy], map: "pca" });
    const [named, read] = asked.result.near;
    const { rows, distances } = neighbours.block(7, 8);
    expect(named!.rows).toEqual(rows);
    expect(named!.distances).toEqual(distances);
    // The same bytes from elsewhere are the same vector: the photo itself is nearest.
    expect([read!.rows[0], read!.distances[0]]).toEqual([7, 0]);
    expect([...read!.rows.subarray(1)]).toEqual([...named!.rows.subarray(0, 3)]);
    expect(asked.words.lines.at(-1)).toContain(`nearest to ${copy}: ${own}, `);
    const pictures = [...asked.draw({ theme: "light" })].map(({ name }) => name);
    expect(pictures).toEqual(["embed-map", "embed-near", "embed-near-2"]);
    await expect(embed({ near: ["no-such.jpg"] })).rejects.toThrow("no-such.jpg");
  });

  it("is put together of parts", async () => {
    const shards = embedView.shards!;
    const { result } = await embed();
    const bytes = shards.write(result.part);
    const { part } = result;
    const cut = (from: number, to: number) => cutPart(part, from, to);
    const merged = shards.merge(
      shards.merge(shards.read(shards.write(cut(0, 9))), cut(9, 20)),
      cut(20, 40),
    );
    expect(Buffer.compare(shards.write(merged), bytes)).toBe(0);
  });
});
