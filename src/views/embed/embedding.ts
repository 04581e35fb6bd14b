import type { EmbedPart } from "./embed-part.ts";
import type { AlikePair } from "./find-odd.ts";
import type { EmbedSample } from "./map-of-sample.ts";
import type { MapPhotos } from "./map-photos.ts";
import type { NearPhotos } from "./near-photos.ts";
import type { NeighbourTable } from "./neighbour-table.ts";
import type { Principal } from "./principal.ts";

/** What a layer makes of a data set: a vector a photo, and what lies near what. */
export interface Embedding {
  readonly title: string;
  readonly layer: string;
  readonly classNames: readonly string[];
  readonly part: EmbedPart;
  readonly neighbours: NeighbourTable;
  readonly principal: Principal;
  /** `(photos, 2)`, and how it was found. */
  readonly places: Float32Array;
  readonly method: "umap" | "pca";
  /** What UMAP laid out, where that is not all photos: the others lie beside their nearest. */
  readonly sample?: EmbedSample;
  /** Mean distance of each photo to its neighbours. */
  readonly apart: Float64Array;
  /** Rows of those that are farthest from all others. */
  readonly outliers: readonly number[];
  readonly duplicates: readonly AlikePair[];
  /** How many there are; of very many the most alike are listed. */
  readonly duplicateCount: number;
  /** Near-duplicates of which one trains and the other validates. */
  readonly leaks: readonly AlikePair[];
  readonly pictures: MapPhotos;
  /** What lies near the photos that were asked for. */
  readonly near: readonly NearPhotos[];
}
