/** What an embedding takes, and of how many photos UMAP's graph fits. */
export interface EmbedPlan {
  /** Whether the neighbours of all photos lie on disk. */
  readonly onDisk: boolean;
  /** Photos that the plane is made of: all, or an evenly drawn sample. */
  readonly sample: number;
  /** Bytes that UMAP takes for the graph of all photos. */
  readonly graph: number;
  /** Bytes that the smallest map takes that tells something; more than may be taken where it cannot be made. */
  readonly least: number;
}

/** A map of fewer tells little. */
const fewestDrawn = 1000;

/** What of a set its cost depends on. */
interface EmbedSize {
  readonly photos: number;
  /** Numbers of a vector. */
  readonly width: number;
  /** Bytes of the vectors that are in memory. */
  readonly held: number;
  /** Whether there is room on disk. */
  readonly hasDisk: boolean;
}

/** How an embedding fits into so many bytes. Bytes of a photo are measured: docs/embeddings.md. */
export function planEmbedding(
  { photos, width, held, hasDisk }: EmbedSize,
  asks: { readonly neighbours: number; readonly components: number; readonly map: string },
  memory: number,
): EmbedPlan {
  const { neighbours, components, map } = asks;
  // Name, class, place and so on, and its components; rows and distances of neighbours; UMAP's graph, at most.
  const photo = 150 + 4 * components;
  const near = 12 * neighbours;
  const edges = 64 + 64 * neighbours;
  const graph = map === "umap" ? photos * edges : 0;
  const whole = held + photos * (photo + near) + graph;
  if (whole <= memory) return { onDisk: false, sample: photos, graph, least: whole };
  const onDisk = hasDisk;
  const all = held + photos * (photo + (onDisk ? 0 : near));
  if (graph === 0) return { onDisk, sample: photos, graph, least: all };
  // Of those that are drawn vectors and neighbours are held.
  const drawn = 4 * width + near + edges;
  const least = Math.min(whole, all + Math.min(photos, fewestDrawn) * drawn);
  const sample = Math.min(photos, Math.max(0, Math.floor((memory - all) / drawn)));
  return { onDisk, sample, graph, least };
}
