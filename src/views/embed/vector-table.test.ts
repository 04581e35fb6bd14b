import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PackedTexts } from "../../base/packed-texts.ts";
import { Random } from "../../base/random.ts";
import { fileBytesAnew } from "../../node/files/file-bytes.ts";
import { scratchIn } from "../../node/files/scratch.ts";
import { runtime } from "../../runtime/node/index.ts";
import { type EmbedPart, gatherEmbed, readEmbed, writeEmbed } from "./embed-part.ts";
import { alikePairs, loneliness } from "./find-odd.ts";
import { neighboursIn, neighboursOnDisk } from "./neighbour-table.ts";
import { nearestNeighbours } from "./neighbours.ts";
import { principalComponents } from "./principal.ts";
import { type VectorTable, blocksOf, vectorsIn } from "./vector-table.ts";

const [rows, width] = [1300, 6];
const random = new Random(3);
const numbers = Float32Array.from({ length: rows * width }, () => random.normal(2, 1));
// Some are there twice, in other tiles and in the same.
for (const [to, from] of [
  [900, 3],
  [1299, 3],
  [12, 11],
] as const)
  numbers.copyWithin(to * width, from * width, (from + 1) * width);
const whole = vectorsIn(numbers, width);

/** The same vectors in the files of three shards, of which the second holds none. */
function onDisk(): VectorTable {
  const folder = mkdtempSync(join(tmpdir(), "striate-vectors-"));
  const all = gatherEmbed(rows);
  for (const [from, to] of [
    [0, 501],
    [501, 501],
    [501, rows],
  ] as const) {
    const count = to - from;
    const part: EmbedPart = {
      vectors: vectorsIn(whole.block(from, to), width),
      photos: new Uint32Array(count),
      classes: new Int32Array(count),
      names: PackedTexts.of(Array.from({ length: count }, (_, i) => `${from + i}.jpg`)),
      splits: PackedTexts.of(Array.from({ length: count }, () => "")),
      skipped: [],
    };
    const bytes = writeEmbed(part);
    const path = join(folder, `${from}-${to}.part`);
    writeFileSync(path, bytes);
    all.add(readEmbed(bytes, fileBytesAnew(path, bytes.length)));
    // What is wanted of them later is read in the file.
    bytes.fill(0);
  }
  return all.whole()!.vectors;
}

it("vectors in files are read where they are wanted, across their bounds too", () => {
  const table = onDisk();
  expect([table.rows, table.width, table.held]).toEqual([rows, width, 0]);
  for (const [from, to] of [
    [0, rows],
    [500, 502],
    [501, 501],
    [1299, rows],
  ] as const)
    expect(table.block(from, to)).toEqual(numbers.slice(from * width, to * width));
  const sizes = Array.from(blocksOf(table, 400), ({ data }) => data.length / width);
  expect(sizes).toEqual([400, 400, 400, 100]);
});

it("neighbours by tiles of a table on disk are those of one table, and all that is made of them is the same", async () => {
  const count = 5;
  const one = await nearestNeighbours(runtime, whole, count);
  const table = onDisk();
  // So little memory that tiles are as small as they may be: three of them.
  const tiled = await nearestNeighbours(runtime, table, count, { memory: 1000 });
  expect(tiled).toEqual(one);
  const apart = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += (numbers[a * width + i]! - numbers[b * width + i]!) ** 2;
    return Math.sqrt(sum);
  };
  for (const row of [0, 3, 900, 1299, 777]) {
    const others = Array.from({ length: rows }, (_, i) => i)
      .filter((other) => other !== row)
      .sort((a, b) => apart(row, a) - apart(row, b) || a - b);
    expect([...tiled.rows.subarray(row * count, (row + 1) * count)]).toEqual(
      others.slice(0, count),
    );
  }
  // Found and kept on disk they are the same.
  const scratch = scratchIn(mkdtempSync(join(tmpdir(), "striate-scratch-")));
  const kept = await neighboursOnDisk(runtime, table, count, scratch, { memory: 1000 });
  expect([kept.count, kept.length]).toEqual([count, rows]);
  for (const [from, to] of [
    [0, rows],
    [1023, 1026],
  ] as const)
    expect(kept.block(from, to)).toEqual(neighboursIn(one).block(from, to));
  const pairs = alikePairs(table, kept, 0.9999999);
  expect(pairs).toEqual(alikePairs(whole, neighboursIn(one), 0.9999999));
  expect(loneliness(kept)).toEqual(loneliness(neighboursIn(one)));
  scratch.close();
  expect(pairs.pairs.map(({ a, b }) => [a, b])).toEqual([
    [3, 900],
    [3, 1299],
    [11, 12],
    [900, 1299],
  ]);
  expect(await principalComponents(runtime, table, 3)).toEqual(
    await principalComponents(runtime, whole, 3),
  );
});
