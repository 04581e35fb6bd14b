import { largest, smallest } from "../../base/extremes.ts";
import type { Network } from "../../model/network.ts";
import { pathData } from "../../plot/svg.ts";
import { themes } from "../../plot/theme.ts";
import { nameOf } from "./box-text.ts";
import { type ArchitectureBox, architectureOf } from "./boxes.ts";
import { colorsOf } from "./kind-colors.ts";

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A layer, several that are read as one step, or a nested model that is closed. */
export interface MapBox extends Placed {
  /** The address of the first of its layers. */
  readonly id: string;
  /** The addresses of its layers. */
  readonly layers: readonly string[];
  /** `Conv2D + BN + relu` */
  readonly title: string;
  readonly name: string;
  readonly detail: string;
  readonly shape: string;
  readonly parameters: number;
  /** `#2f6fde`, which stands for its kind, and the kind in a word. */
  readonly color: string;
  readonly kind: string;
  /** The layers inside of a closed model; 0 of what holds none. */
  readonly inside: number;
}

/** A nested model that is open. */
export interface MapFrame extends Placed {
  readonly id: string;
  readonly className: string;
}

export interface MapLink {
  /** The data of an SVG path. */
  readonly path: string;
  /** Where its arrow points. */
  readonly head: readonly [x: number, y: number];
  readonly top: number;
  readonly bottom: number;
}

/** The graph of a network with a place for everything, in pixels: for who draws only what is in sight. */
export interface NetworkMap {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly MapBox[];
  readonly frames: readonly MapFrame[];
  readonly links: readonly MapLink[];
}

/**
 * Places the graph of a network from top to bottom, in one column.
 *
 * @param closed addresses of nested models that stand as one box
 * @param fold whether a convolution and what only normalises and activates it share a box
 */
export async function networkMap(
  network: Network,
  closed: readonly string[] = [],
  fold = true,
): Promise<NetworkMap> {
  // The layout's library is loaded only where it is needed.
  const [{ placeBoxes }, { columnLayout }] = await Promise.all([
    import("./layout.ts"),
    import("../../plot/column-layout.ts"),
  ]);
  const shut = new Set(closed);
  const layers = network.layers.filter(({ address }) => holderOf(address, shut) === undefined);
  const architecture = architectureOf({ ...network, layers }, fold);
  const { width, height, nodes, frames, lines, heads } = columnLayout(placeBoxes(architecture), {
    maxHeight: Infinity,
  });
  const inside = new Map<string, number>();
  for (const { address } of network.layers) {
    const model = holderOf(address, shut);
    if (model !== undefined) inside.set(model, (inside.get(model) ?? 0) + 1);
  }
  const classes = new Map(network.layers.map(({ address, className }) => [address, className]));
  return {
    ...{ width, height },
    boxes: architecture.boxes.map((box) => ({
      ...mapBox(box),
      ...nodes.get(box.id)!,
      inside: inside.get(box.id) ?? 0,
    })),
    frames: frames.map(({ id, x, y, width: across, height: down }) => ({
      ...{ id, className: classes.get(id)!, x, y, width: across, height: down },
    })),
    links: lines.map((line, i) => {
      const ys = line.flatMap((command) => (command[0] === "Z" ? [] : [command.at(-1) as number]));
      return {
        path: pathData(line),
        head: heads[i]!,
        top: smallest(ys),
        bottom: largest(ys),
      };
    }),
  };
}

function mapBox(box: ArchitectureBox) {
  const { id, title, detail, shape, parameters, kind, layers } = box;
  const { band, word } = colorsOf(kind, themes.light);
  return {
    ...{ id, title, detail, shape, parameters, color: band, kind: word },
    name: nameOf(box),
    layers: layers.map(({ address }) => address),
  };
}

/** The outermost of the closed models that a layer is in. */
function holderOf(address: string, closed: ReadonlySet<string>): string | undefined {
  for (let at = address.indexOf("/"); at >= 0; at = address.indexOf("/", at + 1))
    if (closed.has(address.slice(0, at))) return address.slice(0, at);
  return undefined;
}
