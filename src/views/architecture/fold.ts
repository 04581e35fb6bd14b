import type { NetworkLayer } from "../../model/network.ts";

/**
 * Groups layers that are read as one step: a convolution, dense or merging layer, or a normalisation
 * that stands alone, with the normalisation and the one activation that follow it. A layer joins only
 * where it is the single reader of the one before, so that nothing that branches is hidden.
 *
 * @param reads the addresses that each layer reads
 * @returns groups in the order of their first layers
 */
export function foldLayers(
  layers: readonly NetworkLayer[],
  reads: ReadonlyMap<string, readonly string[]>,
): NetworkLayer[][] {
  const readers = new Map<string, number>();
  for (const sources of reads.values())
    for (const source of sources) readers.set(source, (readers.get(source) ?? 0) + 1);
  const groupOf = new Map<string, NetworkLayer[]>();
  const groups: NetworkLayer[][] = [];
  for (const layer of layers) {
    const sources = reads.get(layer.address) ?? [];
    const [source] = sources;
    const group = source === undefined ? undefined : groupOf.get(source);
    const follows =
      group !== undefined &&
      sources.length === 1 &&
      readers.get(source!) === 1 &&
      group.at(-1)!.address === source &&
      joins(group, layer);
    if (follows) group.push(layer);
    else groups.push([layer]);
    groupOf.set(layer.address, follows ? group : groups.at(-1)!);
  }
  return groups;
}

/** Whether a layer belongs to the step that the group before it began. */
function joins(group: readonly NetworkLayer[], layer: NetworkLayer): boolean {
  const [head] = group;
  const last = group.at(-1)!;
  if (!/^(convolution|dense|merging|normalization)$/.test(head!.kind)) return false;
  if (last.kind === "activation" || last.activation !== undefined) return false;
  if (!inOneFrame(head!.address, layer.address)) return false;
  return layer.kind === "activation" || isAffine(layer);
}

/** Normalisation, and the scale and bias that some files write as Mul and Add of a weight. */
function isAffine({ kind, className, weights }: NetworkLayer): boolean {
  return (
    kind === "normalization" ||
    (kind === "arithmetic" && weights.length > 0 && /^(Mul|Add)$/.test(className))
  );
}

const folder = (address: string): string => address.slice(0, address.lastIndexOf("/") + 1);

/**
 * Whether two layers lie in the same nested model. ONNX names are paths as well, of which the last
 * part but one may be the layer's own: there, none is a frame and any two may join.
 */
function inOneFrame(a: string, b: string): boolean {
  return folder(a) === folder(b) || a.startsWith("/") || b.startsWith("/");
}
