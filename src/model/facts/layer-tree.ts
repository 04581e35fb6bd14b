import { formatShape } from "../../base/shape.ts";
import { type Column, textTable, withThousands } from "../../base/text-table.ts";
import type { Network } from "../network.ts";
import { type LayerSummary, type NetworkSummary, summarize } from "./summary.ts";

/** A layer with the layers inside it, or a part of a path that several layers share. */
export interface LayerTree {
  /** The address without the part that the parent has. */
  name: string;
  /** Absent for a part of a path that is no layer itself, as in ONNX files. */
  layer?: LayerSummary;
  /** Of everything in it; null where that is not known. */
  parameters: number | null;
  children: LayerTree[];
}

/** The layers of a network by their paths: nested models, and the scopes that ONNX exporters write. */
export function layerTree(
  network: Network,
  summary: NetworkSummary = summarize(network),
): LayerTree {
  const root: LayerTree = { name: summary.name, parameters: 0, children: [] };
  const byPath = new Map<string, LayerTree>([["", root]]);
  const at = (path: string): LayerTree => {
    const known = byPath.get(path);
    if (known) return known;
    const cut = path.lastIndexOf("/");
    const tree: LayerTree = { name: path.slice(cut + 1), parameters: 0, children: [] };
    byPath.set(path, tree);
    at(path.slice(0, Math.max(cut, 0))).children.push(tree);
    return tree;
  };
  for (const layer of summary.layers) at(layer.address).layer = layer;
  for (const child of root.children) count(child);
  root.children = root.children.map(joined);
  root.parameters = summary.parameters.total;
  return root;
}

/** Sums parameters upwards; a nested model counts its own layers already. */
function count(tree: LayerTree): number {
  const inside = tree.children.reduce((sum, child) => sum + count(child), 0);
  tree.parameters = tree.layer ? tree.layer.parameters : inside;
  return tree.parameters ?? 0;
}

/** A part of a path with one thing in it shares its line. */
function joined(tree: LayerTree): LayerTree {
  const [only, ...others] = tree.children.map(joined);
  if (tree.layer === undefined && only !== undefined && others.length === 0)
    return { ...only, name: `${tree.name}/${only.name}` };
  return { ...tree, children: only === undefined ? [] : [only, ...others] };
}

/** The tree as text: a line a layer, its parts below it. */
export function formatTree(tree: LayerTree, width = Infinity): string {
  const columns: Column[] = [
    { title: "Layer" },
    { title: "Type" },
    { title: "Output Shape" },
    { title: "Param #", right: true },
  ];
  return textTable(columns, rowsOf(tree, "", ""), width);
}

function rowsOf(tree: LayerTree, before: string, below: string): string[][] {
  const { name, layer, parameters, children } = tree;
  const shapes = layer?.outputShapes.map((shape) => formatShape(shape.map(freeBatch))) ?? [];
  return [
    [
      before + name,
      layer?.className ?? "",
      shapes.join(", "),
      parameters === null ? "?" : withThousands(parameters),
    ],
    ...children.flatMap((child, i) => {
      const last = i === children.length - 1;
      return rowsOf(child, below + (last ? "└─ " : "├─ "), below + (last ? "   " : "│  "));
    }),
  ];
}

/** A free batch is Keras' None. */
const freeBatch = (length: number | string | null, axis: number) =>
  axis === 0 && typeof length === "string" ? null : length;
