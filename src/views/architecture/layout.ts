import { counted } from "../../base/counted.ts";
import { largest } from "../../base/extremes.ts";
import type { Network } from "../../model/network.ts";
import { type ColumnLayout, columnLayout } from "../../plot/column-layout.ts";
import { type LayeredLayout, layeredLayout } from "../../plot/layered-layout.ts";
import { textWidth } from "../../plot/text.ts";
import { boxHeight, inset, lineStyle, nameOf, parameterWords, titleStyle } from "./box-text.ts";
import { type Architecture, type ArchitectureBox, architectureOf } from "./boxes.ts";

/** An architecture with a place for everything. */
export interface ArchitectureLayout extends Architecture {
  readonly title: string;
  /** The kind of file. */
  readonly subtitle: string;
  readonly caption: string;
  readonly layout: ColumnLayout;
}

/**
 * Places a box for each layer, links in the direction of the data, nested models in frames. A long
 * network is broken into columns.
 */
export function layoutArchitecture(network: Network, fold = false): ArchitectureLayout {
  const plain = architectureOf(network);
  const architecture = fold ? architectureOf(network, true) : plain;
  // A folded picture is there to be smaller: it is never wider than the other one.
  const layout = fold
    ? columnLayout(placeBoxes(architecture, boxWidth(plain.boxes)), {
        maxWidth: columnLayout(placeBoxes(plain)).width,
      })
    : columnLayout(placeBoxes(plain));
  return {
    ...architecture,
    title: network.name,
    subtitle: [network.origin.format, network.origin.dialect].filter(Boolean).join(", "),
    caption: captionOf(network, architecture, fold),
    layout,
  };
}

/**
 * A place for each box, links in the direction of the data, frames around nested models.
 *
 * @param most pixels that a box may be wide
 */
export function placeBoxes(
  { boxes, links, frames }: Architecture,
  most: number = Infinity,
): LayeredLayout {
  const width = Math.min(most, boxWidth(boxes));
  // Weights without a network have no links: a list of boxes.
  const order =
    links.length > 0 ? links : boxes.slice(1).map(({ id }, i) => ({ from: boxes[i]!.id, to: id }));
  const nodes = boxes.map(({ id, frame }) => ({ id, frame, width, height: boxHeight }));
  return layeredLayout(nodes, order, frames);
}

/** All boxes are as wide as the widest needs, within reason. */
function boxWidth(boxes: readonly ArchitectureBox[]): number {
  const needs = boxes.map((box) =>
    Math.max(
      textWidth(box.title, titleStyle) + (box.detail ? 14 + textWidth(box.detail, lineStyle) : 0),
      textWidth(nameOf(box), lineStyle),
      textWidth(box.shape, lineStyle) + 14 + textWidth(parameterWords(box), lineStyle),
    ),
  );
  return Math.ceil(Math.min(320, Math.max(150, largest(needs)) + 2 * inset));
}

function captionOf(network: Network, { boxes, frames }: Architecture, fold: boolean): string {
  const total = [...network.weights.values()].reduce(
    (sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1),
    0,
  );
  const shown = boxes.filter(({ kind }) => kind !== "input");
  const layers = shown.reduce((sum, box) => sum + box.layers.length, 0);
  const folded =
    fold && layers > shown.length ? ` in ${counted(shown.length, "box", "boxes")}` : "";
  const nested = frames.length > 0 ? ` and ${counted(frames.length, "nested model")}` : "";
  const what =
    network.outputs.length > 0
      ? "A box has the layer's class, name, output shape without the batch, and parameters."
      : "The file holds weights without a network: a box has a layer's name and the shapes of its weights.";
  return `${counted(layers, "layer")}${folded}${nested}, ${counted(total, "parameter")}. ${what}`;
}
