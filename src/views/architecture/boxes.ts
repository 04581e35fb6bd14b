import type { LayerKind } from "../../layers/define-layer.ts";
import type { Network, NetworkLayer } from "../../model/network.ts";
import { foldLayers } from "./fold.ts";
import { ownDetail } from "./layer-detail.ts";

/** One box of the picture: a layer, or several that were folded into one. */
export interface ArchitectureBox {
  /** The address of the first of its layers. */
  readonly id: string;
  /** `Conv2D + BN + relu`. */
  readonly title: string;
  /** What is peculiar to it, in a few words: `3 × 3, stride 2`. */
  readonly detail: string;
  readonly kind: LayerKind;
  /**
   * What comes out of its last layer, in the user's layout without the batch: `148 × 148 × 32`. Of weights
   * without a network, the shapes of the weights.
   */
  readonly shape: string;
  readonly parameters: number;
  /** The layers in it, in order. */
  readonly layers: readonly NetworkLayer[];
  readonly frame?: string;
}

/** A nested model: the frame around the boxes of its layers. */
export interface ArchitectureFrame {
  readonly id: string;
  readonly className: string;
  readonly parameters: number;
  readonly frame?: string;
}

/** What an architecture picture shows. */
export interface Architecture {
  readonly boxes: readonly ArchitectureBox[];
  readonly links: readonly { readonly from: string; readonly to: string }[];
  readonly frames: readonly ArchitectureFrame[];
}

/**
 * The boxes, links and frames of a network. A nested model is a frame, and its layers are linked to
 * what feeds them from outside.
 *
 * @param fold whether a convolution and what only normalises and activates it share a box
 */
export function architectureOf(network: Network, fold = false): Architecture {
  const { layers } = network;
  const byAddress = new Map(layers.map((layer) => [layer.address, layer]));
  const frames = framesOf(layers);
  const frameOf = (address: string): string | undefined => {
    for (let end = address.lastIndexOf("/"); end > 0; end = address.lastIndexOf("/", end - 1))
      if (frames.has(address.slice(0, end))) return address.slice(0, end);
    return undefined;
  };
  const plain = layers.filter(({ address }) => !frames.has(address));
  const leaf = (address: string): string => {
    const inner = frames.get(address);
    return inner === undefined ? address : leaf(lastInside(byAddress.get(address)!, inner).address);
  };
  // What a layer in a wrapper reads is made by the wrapper, from what the wrapper reads.
  const sources = (layer: NetworkLayer): string[] =>
    layer.inbound.flatMap((address) => {
      if (address !== "") return [leaf(address)];
      const outer = byAddress.get(frameOf(layer.address) ?? "");
      return outer ? sources(outer) : [];
    });
  const reads = new Map(plain.map((layer) => [layer.address, [...new Set(sources(layer))]]));
  const groups = fold ? foldLayers(plain, reads) : plain.map((layer) => [layer]);
  const boxOf = new Map(
    groups.flatMap((group) => group.map((layer) => [layer.address, group[0]!.address] as const)),
  );
  const links = new Map<string, { from: string; to: string }>();
  for (const [address, from] of reads)
    for (const source of from) {
      const [start, to] = [boxOf.get(source), boxOf.get(address)!];
      // A damaged file may name what is not there.
      if (start === undefined || start === to) continue;
      links.set(`${start}\n${to}`, { from: start, to });
    }
  return {
    boxes: groups.map((group) => boxFor(network, group, frameOf(group[0]!.address))),
    links: [...links.values()],
    frames: [...frames].map(([id, inside]) => ({
      id,
      className: byAddress.get(id)!.className,
      parameters: total(inside),
      ...maybeFrame(frameOf(id)),
    })),
  };
}

/** The layers that hold others, with those that lie in them at any depth. */
function framesOf(layers: readonly NetworkLayer[]): Map<string, NetworkLayer[]> {
  const holders = layers.filter(({ kind }) => kind === "model" || kind === "wrapper");
  return new Map(
    holders.flatMap(({ address }) => {
      const inside = layers.filter((layer) => layer.address.startsWith(`${address}/`));
      return inside.length > 0 ? [[address, inside] as const] : [];
    }),
  );
}

/** The layer in a model that makes the model's output. */
function lastInside(model: NetworkLayer, inside: readonly NetworkLayer[]): NetworkLayer {
  const value = model.outputs[0]?.value;
  const makes = (layer: NetworkLayer) => layer.outputs.some((port) => port.value === value);
  return inside.findLast(makes) ?? inside.at(-1)!;
}

function boxFor(
  network: Network,
  group: readonly NetworkLayer[],
  frame: string | undefined,
): ArchitectureBox {
  const [first] = group;
  return {
    id: first!.address,
    title: titleOf(group),
    detail: ownDetail(first!),
    kind: first!.kind,
    shape: shapeWords(network, group.at(-1)!),
    parameters: total(group),
    layers: group,
    ...maybeFrame(frame),
  };
}

function shapeWords({ weights }: Network, layer: NetworkLayer): string {
  const words = (shape: readonly (number | string | null)[]) =>
    shape.map((length) => length ?? "?").join(" × ");
  if (layer.outputs.length > 0)
    return layer.outputs
      .map(({ shape }) => words(shape.length > 1 ? shape.slice(1) : shape))
      .join(", ");
  return layer.weights.map((address) => words(weights.get(address)!.shape)).join(", ");
}

/** `Conv2D + BN + relu`; `Activation: relu` where it stands alone. */
function titleOf(group: readonly NetworkLayer[]): string {
  const [first] = group;
  if (group.length === 1 && first!.facts?.isItsActivation && first!.activation)
    return `${first!.className}: ${first!.activation}`;
  return group
    .flatMap(({ className, facts = {}, activation = "" }) => {
      // A layer that is an activation is named once.
      const same = className.toLowerCase() === activation.replaceAll("_", "");
      if (facts.isItsActivation && activation !== "") return [activation];
      const name = group.length > 1 ? (facts.shortName ?? className) : className;
      return activation === "" || same ? [name] : [name, activation];
    })
    .join(" + ");
}

const maybeFrame = (frame: string | undefined) => (frame === undefined ? {} : { frame });

/** Elements of the weights of layers; a weight that several share counts once. */
function total(layers: readonly NetworkLayer[]): number {
  const seen = new Set<string>();
  return layers.reduce((sum, { weights, parameters }) => {
    const known = weights.length > 0 && weights.every((address) => seen.has(address));
    for (const address of weights) seen.add(address);
    return known ? sum : sum + parameters.trainable + parameters.fixed;
  }, 0);
}
