import { checkedLength } from "../../base/checked-length.ts";
import { float32, toFloat32, type Tensor } from "../../base/tensor.ts";
import type { RunningNetwork } from "../../model/running.ts";
import type { CamLayer } from "../explain/cam-layers.ts";
import type { Slope } from "./maximise.ts";
import type { Objective } from "./objective.ts";
import type { PictureInput, Planes } from "./picture-input.ts";

/** How the maps of a layer go together: `channels * channels` products, of length 1 as a whole. */
export interface Style {
  readonly gram: Float64Array;
  /** The length that it had. */
  readonly size: number;
}

/**
 * An objective that also wants a picture to be unlike others: of the same unit it then finds other sides.
 * The score is lowered by how much the styles of a layer have in common, the cosine of their Gram matrices.
 *
 * Source: Olah, Mordvintsev, Schubert 2017, Feature Visualization, Distill, "Diversity"; here each picture
 * is made unlike those before it, instead of all at once.
 */
export class DiverseClimb implements Slope {
  readonly input: PictureInput;
  readonly #running: RunningNetwork;
  readonly #objective: Objective;
  readonly #layer: CamLayer;
  readonly #weight: number;
  readonly #others: readonly Style[];

  constructor(
    running: RunningNetwork,
    objective: Objective,
    input: PictureInput,
    { layer, weight, others }: { layer: CamLayer; weight: number; others: readonly Style[] },
  ) {
    this.input = input;
    this.#running = running;
    this.#objective = objective;
    this.#layer = layer;
    this.#weight = weight;
    this.#others = others;
  }

  /** The objective, less its share for what the picture has in common with the others. */
  async score(picture: Planes): Promise<number> {
    const { score, maps } = await this.#look(picture);
    return score - this.#cost(score, maps);
  }

  async gradient(picture: Planes): Promise<{ score: number; gradient: Planes }> {
    const { score, maps } = await this.#look(picture);
    const factor = (-this.#weight * Math.abs(score)) / this.#others.length;
    const seed = similaritySlope(maps, this.#layer.channels, this.#others, factor);
    const { of } = this.#objective;
    const found = await this.#running.gradients(this.input.feeds(picture), {
      of: [...of, { value: this.#layer.port.value, seed }],
      wrt: [this.input.value],
    });
    return {
      score: score - this.#cost(score, maps),
      gradient: this.input.ofGradient(found.gradients[0]!),
    };
  }

  #cost(score: number, maps: Tensor): number {
    const style = styleOf(maps, this.#layer.channels);
    const common = this.#others.reduce((sum, other) => sum + cosine(style, other), 0);
    return (this.#weight * Math.abs(score) * common) / this.#others.length;
  }

  async #look(picture: Planes): Promise<{ score: number; maps: Tensor }> {
    const { values, score } = this.#objective;
    const all = [...values, this.#layer.port.value];
    const found = await this.#running.run(this.input.feeds(picture), all);
    return { score: score(found.slice(0, -1)), maps: found.at(-1)! };
  }
}

/** How alike two styles are: 1 for the same, 0 where they have nothing in common. */
export const cosine = (a: Style, b: Style): number =>
  a.gram.reduce((sum, value, i) => sum + value * b.gram[i]!, 0);

/** How many pairs of channels there are. @throws StriateError where they are too many */
const pairsOf = (channels: number): number =>
  checkedLength(channels * channels, "pairs of channels", 2 ** 27);

/** @param axis of the channels */
export function styleOf(maps: Tensor, axis: number): Style {
  const { planes, channels, count } = rowsOf(maps, axis);
  // bounded: by pairsOf
  const gram = new Float64Array(pairsOf(channels));
  for (let c = 0; c < channels; c++)
    for (let d = c; d < channels; d++) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += planes[c * count + i]! * planes[d * count + i]!;
      gram[c * channels + d] = gram[d * channels + c] = sum / count;
    }
  const size = Math.sqrt(gram.reduce((sum, value) => sum + value * value, 0));
  return { gram: gram.map((value) => (size > 0 ? value / size : 0)), size };
}

/** The derivative of `factor` times the sum of the cosines with some styles, by the maps. */
export function similaritySlope(
  maps: Tensor,
  axis: number,
  others: readonly Style[],
  factor: number,
): Tensor<"float32"> {
  const { planes, channels, count, shape } = rowsOf(maps, axis);
  const style = styleOf(maps, axis);
  // bounded: by pairsOf
  const slope = new Float64Array(pairsOf(channels));
  for (const other of others) {
    const common = cosine(style, other);
    for (let i = 0; i < slope.length; i++)
      slope[i]! += style.size > 0 ? (other.gram[i]! - common * style.gram[i]!) / style.size : 0;
  }
  const out = new Float32Array(planes.length);
  for (let c = 0; c < channels; c++)
    for (let d = 0; d < channels; d++) {
      const by = (2 * factor * slope[c * channels + d]!) / count;
      for (let i = 0; i < count; i++) out[c * count + i]! += by * planes[d * count + i]!;
    }
  return float32(shape, out);
}

/** Maps one after the other. Graphs have their channels first; @throws TypeError where they do not */
function rowsOf(maps: Tensor, axis: number) {
  if (axis !== 1) throw new TypeError("the maps of a graph have their channels first");
  const { shape, data } = toFloat32(maps);
  const channels = shape[1]!;
  return { planes: data, channels, count: data.length / channels, shape };
}
