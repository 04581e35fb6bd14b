import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import { type Values, field } from "../../base/fields.ts";
import { PackedTexts } from "../../base/packed-texts.ts";
import { float32, toFloat32 } from "../../base/tensor.ts";
import { piecedTensor } from "../../base/tensor-pieces.ts";
import { formatByteSize } from "../../data/byte-size.ts";
import type { ViewContext } from "../context.ts";
import { defineView } from "../define-view.ts";
import { classNamesOf } from "../evaluation/measured-batches.ts";
import { photoBatches, requirePhotos } from "../photo-batches.ts";
import { type Shards, computeInShards } from "../shards.ts";
import type { DatasetSubject } from "../subject.ts";
import { drawEmbedding } from "./draw-embedding.ts";
import { type EmbedPart, gatherEmbed, mergeEmbed, readEmbed, writeEmbed } from "./embed-part.ts";
import { planEmbedding } from "./embed-plan.ts";
import { embedTables } from "./embed-tables.ts";
import type { Embedding } from "./embedding.ts";
import { channelMeans, embeddingLayer } from "./embedding-layer.ts";
import { type AlikePair, alikePairs, largestOf, loneliness } from "./find-odd.ts";
import { mapOfSample } from "./map-of-sample.ts";
import { mapPhotos } from "./map-photos.ts";
import { drawNear } from "./draw-near.ts";
import { type NearPhotos, nearPhotos } from "./near-photos.ts";
import { neighbourRows, neighboursIn, neighboursOnDisk } from "./neighbour-table.ts";
import { nearestNeighbours } from "./neighbours.ts";
import { type Principal, principalComponents } from "./principal.ts";
import { rowsOfBlock, vectorsIn } from "./vector-table.ts";

const embedAsks = {
  layer: field.string("last", {
    help: "the layer whose values stand for a photo; the one that the classifier reads by default",
  }),
  neighbours: field.int(15, { min: 2, max: 200, help: "nearest photos of each" }),
  components: field.int(16, { min: 2, max: 64, help: "principal components" }),
  map: field.choice(["umap", "pca"], "umap", { help: "how the plane is found" }),
  outliers: field.int(16, { min: 0, max: 1000, help: "photos that are far from all others" }),
  alike: field.number(0.98, {
    min: 0,
    max: 1,
    help: "cosine from which two photos are near-duplicates",
  }),
  validation: field.nullable(
    field.number(undefined, {
      min: 0,
      max: 1,
      help: "the last share of the set validates: near-duplicates across are leaks",
    }),
  ),
  near: field.list({
    help: "also list the photos nearest to this one: a name in the set, a path or an address",
  }),
  batch: field.int(4, { min: 1, max: 256, help: "photos in one run of the network" }),
};
type EmbedAsks = Values<typeof embedAsks>;

/** With fewer photos there is no plane to be found. */
const fewestForUmap = 6;

const shards: Shards<typeof embedAsks, Embedding, EmbedPart> = {
  costs(network, set, asks, memory, kept = false) {
    const { width } = embeddingLayer(network, asks.layer);
    const photos = set.whole ?? set.length;
    const size = { photos, width, held: kept ? 0 : 4 * width * photos, hasDisk: kept };
    const { least } = planEmbedding(size, asks, memory);
    const { least: byPca } = planEmbedding(size, { ...asks, map: "pca" }, memory);
    if (least > memory)
      throw new StriateError(
        `the ${kept ? "neighbours" : "vectors"} of ${counted(photos, "photo")} (${width} numbers each) and their map take ${formatByteSize(least)}, and ` +
          `${formatByteSize(memory)} may be taken; give more --memory, fewer photos by --limit, ` +
          (byPca <= memory
            ? `or --map pca, for which ${formatByteSize(byPca)} are enough`
            : kept
              ? "or fewer --neighbours"
              : "or a layer with fewer channels"),
      );
    return {
      bytesPerPhoto: 4 * width + 200,
      bytesOfPart: (count) => count * (4 * width + 120),
    };
  },
  async part(context, set, asks) {
    const { running } = context;
    const layer = embeddingLayer(running.network, asks.layer);
    const rows: Float32Array[] = [];
    const photos: { index: number; label: number; name: string; split: string }[] = [];
    const { batches, skipped } = photoBatches(context, set, asks.batch);
    for await (const { inputs, photos: some } of batches) {
      const [value] = await running.behind(inputs, [layer.value], channelMeans(layer));
      const { data } = toFloat32(value!);
      some.forEach(({ index, label, name, split = "" }, row) => {
        const own = data.slice(row * layer.width, (row + 1) * layer.width);
        if (!own.every(Number.isFinite)) {
          skipped.push({ path: name, reason: `layer "${layer.address}" gives no finite numbers` });
          return;
        }
        rows.push(own);
        photos.push({ index: index!, label, name, split });
      });
    }
    const vectors = new Float32Array(rows.length * layer.width);
    rows.forEach((row, i) => vectors.set(row, i * layer.width));
    return {
      vectors: vectorsIn(vectors, layer.width),
      photos: Uint32Array.from(photos, ({ index }) => index),
      classes: Int32Array.from(photos, ({ label }) => label),
      names: PackedTexts.of(photos.map(({ name }) => name)),
      splits: PackedTexts.of(photos.map(({ split }) => split)),
      skipped,
    };
  },
  merge: mergeEmbed,
  gather: gatherEmbed,
  late: ["neighbours", "components", "map", "outliers", "alike", "validation", "near"],
  write: writeEmbed,
  read: readEmbed,
  finish,
};

async function finish(
  context: ViewContext,
  part: EmbedPart,
  set: DatasetSubject,
  asks: EmbedAsks,
): Promise<Embedding> {
  const { runtime, network } = context.running;
  const { vectors, photos } = part;
  requirePhotos(set, photos.length, part.skipped, 2);
  const { scratch, seed } = context;
  const size = { ...vectors, photos: photos.length, hasDisk: scratch !== undefined };
  const plan = planEmbedding(size, asks, context.memory);
  const throwIfStopped = () => context.throwIfStopped();
  const search = { memory: Math.min(2 ** 26, context.memory / 8), throwIfStopped };
  context.progress(0.5, "nearest photos");
  const told = {
    ...search,
    progress: (done: number) => context.progress(0.5 + 0.2 * done, "nearest photos"),
  };
  const { neighbours: count } = asks;
  const inMemory = plan.onDisk ? undefined : await nearestNeighbours(runtime, vectors, count, told);
  const neighbours = inMemory
    ? neighboursIn(inMemory)
    : await neighboursOnDisk(runtime, vectors, count, scratch!, told);
  const principal = await principalComponents(runtime, vectors, asks.components, throwIfStopped);
  const method = asks.map === "umap" && photos.length >= fewestForUmap ? "umap" : "pca";
  context.progress(0.7, "the map");
  const progress = (done: number) => context.progress(0.7 + 0.25 * done, "the map");
  const isSample = method === "umap" && plan.sample < photos.length;
  const stopped = () => context.signal.aborted;
  const places =
    method === "pca"
      ? planeOf(principal)
      : inMemory && !isSample
        ? await (await import("./umap-map.ts")).umapMap(inMemory, seed, stopped, progress)
        : await mapOfSample(runtime, vectors, {
            ...{ ...search, photos: plan.sample, count, seed, stopped, progress },
          });
  const apart = loneliness(neighbours);
  const duplicates = alikePairs(vectors, neighbours, asks.alike);
  const all = set.whole ?? set.length;
  const validates = (row: number) =>
    asks.validation !== null
      ? photos[row]! >= Math.round(all * (1 - asks.validation))
      : part.splits.at(row) !== "" && part.splits.at(row) !== "train";
  const layer = embeddingLayer(network, asks.layer);
  const near: NearPhotos[] = [];
  for (const photo of asks.near)
    near.push(await nearPhotos(context, set, part, layer, { photo, count, batch: asks.batch }));
  return {
    title: network.origin.file ?? network.name,
    layer: layer.address,
    classNames: classNamesOf(network, set),
    ...{ part, neighbours, principal, places, method, apart },
    ...(isSample && { sample: { photos: plan.sample, bytes: plan.graph } }),
    duplicates: duplicates.pairs,
    duplicateCount: duplicates.count,
    outliers: largestOf(apart, asks.outliers),
    leaks: duplicates.pairs.filter(({ a, b }) => validates(a) !== validates(b)),
    pictures: await mapPhotos(set, part, places),
    near,
  };
}

/** The first two principal components. */
function planeOf({ scores, count }: Principal): Float32Array {
  const rows = scores.length / count;
  return Float32Array.from({ length: 2 * rows }, (_, i) =>
    i % 2 < count ? scores[Math.floor(i / 2) * count + (i % 2)]! : 0,
  );
}

/** A vector for each photo by a layer, a map of them, and what is near, far, double or leaks. */
export const embedView = defineView({
  id: "embed",
  title: "Embedding",
  family: "data set",
  summary:
    "Lay the photos of a data set out by what a layer makes of them; doubles, outliers, leaks",
  paper: "McInnes, Healy, Melville 2018, UMAP, arXiv:1802.03426",
  formula: "vector of a photo = mean over the places of each channel",
  pitfall: "In a UMAP only what is near means something: distances between groups do not.",
  takes: "dataset",
  command: {
    name: "embed",
    examples: [
      "striate embed cat_vs_dog.h5 photos/",
      "striate embed model.onnx photos/ --layer global_pool --validation 0.2",
      "striate embed cat_vs_dog.h5 photos/ --near rocky.jpg",
    ],
  },
  asks: embedAsks,
  shows: {
    theme: field.choice(["light", "dark"], "light", { help: "paper of the picture" }),
  },
  shards,
  compute: (context, set, asks) => computeInShards(shards, context, set, asks),
  words(found, set) {
    const { part, duplicates, leaks, outliers, principal } = found;
    const name = (row: number) => part.names.at(row);
    const pair = ({ a, b, cosine }: AlikePair) =>
      `${name(a)} and ${name(b)} (${cosine.toFixed(4)})`;
    const share = principal.shares.slice(0, 2).reduce((sum, each) => sum + each, 0);
    return {
      caption: captionOf(found, set),
      lines: [
        `${set.name}: ${counted(part.photos.length, "photo")} by ${counted(part.vectors.width, "number")} of ${found.layer}`,
        ...(found.sample ? [`the map is laid out by UMAP${sampleWords(found)}`] : []),
        `the first two principal components hold ${(100 * share).toFixed(0)} % of the variance`,
        `${counted(found.duplicateCount, "pair")} of near-duplicates${duplicates.length > 0 ? `: ${duplicates.slice(0, 3).map(pair).join("; ")}` : ""}`,
        ...(duplicates.length < found.duplicateCount
          ? [`the ${duplicates.length} most alike of them are listed`]
          : []),
        ...(leaks.length > 0
          ? [
              `${leaks.length} of them between training and validation: ${leaks.slice(0, 3).map(pair).join("; ")}`,
            ]
          : []),
        ...(outliers.length > 0
          ? [`farthest from all others: ${outliers.slice(0, 5).map(name).join(", ")}`]
          : []),
        ...found.near.map(
          ({ photo, rows }) => `nearest to ${photo}: ${[...rows].slice(0, 5).map(name).join(", ")}`,
        ),
      ],
    };
  },
  json: (found, set) => {
    const { part } = found;
    const named = ({ a, b, cosine }: AlikePair) => [part.names.at(a), part.names.at(b), cosine];
    return {
      file: found.title,
      data: set.name,
      layer: found.layer,
      photos: part.photos.length,
      numbers: part.vectors.width,
      map: found.method,
      ...(found.sample && { mapOfSample: found.sample }),
      variance: found.principal.shares,
      ...(found.duplicates.length < found.duplicateCount && {
        nearDuplicatesFound: found.duplicateCount,
      }),
      nearDuplicates: found.duplicates.map(named),
      leaks: found.leaks.map(named),
      outliers: found.outliers.map((row) => ({
        photo: part.names.at(row),
        distance: found.apart[row],
      })),
      near: found.near.map(({ photo, rows, distances }) => ({
        photo,
        nearest: Array.from(rows, (row, i) => ({
          photo: part.names.at(row),
          distance: distances[i],
        })),
      })),
      skipped: part.skipped,
    };
  },
  *arrays({ part, principal, places, neighbours }) {
    const rows = part.photos.length;
    const { vectors } = part;
    const block = (from: number, to: number) => vectors.block(from, to);
    const shape = [rows, vectors.width];
    yield ["vectors", piecedTensor("float32", shape, block, rowsOfBlock(vectors.width))];
    yield ["pca", float32([rows, principal.count], principal.scores)];
    yield ["map", float32([rows, 2], places)];
    const near = (from: number, to: number) => neighbours.block(from, to).rows;
    yield ["neighbours", piecedTensor("int32", [rows, neighbours.count], near, neighbourRows)];
  },
  columns: (found) => embedTables(found),
  *draw(found, set, { theme }) {
    yield {
      name: "embed-map",
      picture: drawEmbedding(found, { caption: captionOf(found, set), subtitle: set.name, theme }),
    };
    for (const [i, near] of found.near.entries())
      yield {
        name: `embed-near${i === 0 ? "" : `-${i + 1}`}`,
        picture: drawNear(found, near, { subtitle: set.name, theme }),
      };
  },
});

const captionOf = (found: Embedding, set: DatasetSubject): string =>
  `${counted(found.part.photos.length, "photo")} of ${set.name} by what ${found.layer} of ${found.title} makes of them (${found.part.vectors.width} numbers each), ` +
  (found.method === "umap"
    ? `laid out by UMAP${sampleWords(found)}: photos that lie together are alike to the network; distances between groups mean nothing.`
    : "along the two directions in which they differ most (principal components).");

const sampleWords = ({ sample, part }: Embedding): string =>
  sample
    ? ` from ${sample.photos.toLocaleString("en")} of ${part.photos.length.toLocaleString("en")} photos, drawn evenly (the graph of all would take ${formatByteSize(sample.bytes)}; the others lie by their nearest)`
    : "";
