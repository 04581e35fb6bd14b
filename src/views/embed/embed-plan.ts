/** What an embedding takes, and of how many photos UMAP's graph fits. */
export interface EmbedPlan {
  /** Photos that the plane is made of: all, or an evenly drawn sample. */
  readonly sample: number;
  /** Bytes that UMAP takes for the graph of all photos. */
  readonly graph: number;
  /** Bytes that the smallest map takes that tells something; more than may be taken where it cannot be made. */
  readonly least: number;
}

/** A map of fewer tells little. */
const fewestSampled = 1000;

/** What of a set its cost depends on. */
interface EmbedSize {
  readonly photos: number;
  /** Numbers of a vector. */
  readonly width: number;
  /** Bytes of the vectors that are in memory. */
  readonly held: number;
}

/** How an embedding fits into so many bytes. Bytes of a photo are measured: docs/embeddings.md. */
export function planEmbedding(
  { photos, width, held }: EmbedSize,
  asks: { readonly neighbours: number; readonly components: number; readonly map: string },
  memory: number,
): EmbedPlan {
  const { neighbours, components, map } = asks;
  // Name, class, place and so on; its components; rows and distances of its neighbours.
  const all = held + photos * (150 + 4 * components + 12 * neighbours);
  const graphOfOne = 64 + 60 * neighbours;
  const graph = map === "umap" ? photos * graphOfOne : 0;
  if (all + graph <= memory || graph === 0) return { sample: photos, graph, least: all + graph };
  // Of a sample vectors and neighbours are held besides.
  const sampled = 4 * width + 12 * neighbours + graphOfOne;
  const sample = Math.floor((memory - all) / sampled);
  if (photos <= fewestSampled) return { sample: photos, graph, least: all + graph };
  return { sample: Math.max(sample, 0), graph, least: all + fewestSampled * sampled };
}
