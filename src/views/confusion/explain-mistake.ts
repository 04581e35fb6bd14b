import type { ViewContext } from "../context.ts";
import { type CamLayer, camLayers } from "../explain/cam-layers.ts";
import { channelPlanes } from "../explain/channel-planes.ts";
import { backdropOf } from "../explain/heatmap-view.ts";
import type { Backdrop } from "../heatmap/overlay.ts";
import type { DatasetSubject } from "../subject.ts";
import { resolveTarget } from "../../model/target/resolve-target.ts";
import type { Mistaken } from "./confusion-part.ts";

/** A unit of the last layer with maps, and what it adds to the wrong answer. */
export interface CarryingUnit {
  readonly unit: number;
  /** Of the difference of the two logits: gradient times activation, summed over the places. */
  readonly share: number;
}

/** Why a photo was taken for another class. */
export interface ExplainedMistake extends Mistaken {
  readonly layer: string;
  readonly heatmap: {
    readonly values: Float32Array;
    readonly height: number;
    readonly width: number;
  };
  readonly units: readonly CarryingUnit[];
  readonly backdrop: Backdrop | undefined;
}

/**
 * Where the network saw the wrong class rather than the right one (Grad-CAM of the difference of their logits), and
 * which units of the layer carried it.
 *
 * @param most units of a photo
 */
export async function explainMistake(
  context: ViewContext,
  set: DatasetSubject,
  mistaken: Mistaken,
  most: number,
): Promise<ExplainedMistake | undefined> {
  const { running } = context;
  const [layer] = camLayers(running.network, "last") as [CamLayer];
  const range = set.range?.(mistaken.photo, mistaken.photo + 1);
  if (range === undefined) return undefined;
  for await (const photo of range.photos()) {
    const target = resolveTarget(
      running.network,
      `difference:${mistaken.predicted}-${mistaken.label}`,
      // By their numbers: the names of the data need not be the network's.
      { labels: [...(set.labels ?? []).keys()].map(String) },
    );
    const { value } = layer.port;
    const { gradients, values } = await running.gradients(photo.inputs, {
      of: target.terms,
      wrt: [value],
      values: [value],
    });
    const maps = channelPlanes(values[0]!, layer.channels);
    const slopes = channelPlanes(gradients[0]!, layer.channels);
    const [height = 1, width = 1] = maps.shape;
    const places = height * width;
    const heatmap = new Float32Array(places);
    const units: CarryingUnit[] = [];
    for (let c = 0; c < maps.channels; c++) {
      const [map, slope] = [maps, slopes].map(({ planes }) =>
        planes.subarray(c * places, (c + 1) * places),
      );
      const weight = slope!.reduce((sum, each) => sum + each, 0) / places;
      let share = 0;
      for (let i = 0; i < places; i++) {
        heatmap[i]! += weight * map![i]!;
        share += slope![i]! * map![i]!;
      }
      units.push({ unit: c, share });
    }
    units.sort((a, b) => b.share - a.share);
    return {
      ...mistaken,
      layer: layer.name,
      heatmap: { values: heatmap.map((each) => Math.max(0, each)), height, width },
      units: units.slice(0, most).filter(({ share }) => share > 0),
      backdrop: backdropOf(photo),
    };
  }
  return undefined;
}
