import { nextTurn } from "../../base/next-turn.ts";
import type { Random } from "../../base/random.ts";
import type { FuzzyGraph } from "./fuzzy-graph.ts";

/**
 * The curve 1 / (1 + a d^2b) that follows UMAP's own for `min_dist` 0.1 and `spread` 1, as umap-js fits it (umap-learn:
 * 1.577 and 0.895).
 */
export const curve = { a: 1.5694704762346365, b: 0.8941996053733949 } as const;

/** Others that push a photo away for each one that pulls it. */
const pushes = 5;
/** How far a photo moves in one go, at most, before the learning rate. */
const farthest = 4;

/**
 * Lays a graph out in the plane: neighbours pull each other, photos by chance push. Stochastic gradient descent in
 * which each pair is taken as often as it is sure; the learning rate falls from 1 to 0.
 *
 * Source: McInnes, Healy, Melville 2018, arXiv:1802.03426, algorithm 5; the steps and the random numbers of umap-js
 * 1.4, whose places come out to the bit (docs/decisions/own-umap-layout.md says why this is not that).
 *
 * @param graph is used up
 * @param stopped whether to stop with the places as they are
 * @returns `(vertices, 2)`
 */
export async function umapLayout(
  graph: FuzzyGraph,
  epochs: number,
  random: Random,
  stopped: () => boolean,
  progress: (done: number) => void = () => undefined,
): Promise<Float64Array> {
  const { vertices } = graph;
  const places = random.fillUniform(new Float64Array(2 * vertices)); // bounded: by the vectors
  for (let i = 0; i < places.length; i++) places[i] = places[i]! * 20 - 10;
  const springs = springsOf(graph, epochs);
  const chance = new Chance(random);
  let rate = 1;
  for (let epoch = 0; epoch < epochs; epoch++) {
    layoutEpoch(places, springs, vertices, epoch, rate, chance);
    rate = 1 - epoch / epochs;
    progress((epoch + 1) / epochs);
    await nextTurn();
    if (stopped()) break;
  }
  return places;
}

/** Pairs that are taken at all, and when. */
interface Springs {
  readonly head: Int32Array;
  readonly tail: Int32Array;
  /** Epochs from one time to the next, and the epoch of the next; the same of those that push. */
  readonly every: Float64Array;
  readonly next: Float64Array;
  readonly nextPush: Float64Array;
}

/** Takes the memory of the graph over, which is gone then. */
function springsOf({ head, tail, weights }: FuzzyGraph, epochs: number): Springs {
  const most = weights.reduce((a, b) => Math.max(a, b), 0);
  let count = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    // What is so unsure that its turn would not come is left out.
    if (!(weight > 0 && weight >= most / epochs)) continue;
    head[count] = head[i]!;
    tail[count] = tail[i]!;
    weights[count++] = epochs / ((weight / most) * epochs);
  }
  const every = weights.subarray(0, count);
  return {
    head: head.subarray(0, count),
    tail: tail.subarray(0, count),
    every,
    next: every.slice(),
    nextPush: every.map((each) => each / pushes),
  };
}

/** Random numbers in blocks: one call for many. */
class Chance {
  readonly #random: Random;
  readonly #block = new Float64Array(4096);
  #at = this.#block.length;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): number {
    if (this.#at === this.#block.length) {
      this.#random.fillUniform(this.#block);
      this.#at = 0;
    }
    return this.#block[this.#at++]!;
  }
}

function layoutEpoch(
  places: Float64Array,
  { head, tail, every, next, nextPush }: Springs,
  vertices: number,
  epoch: number,
  rate: number,
  chance: Chance,
): void {
  const { a, b } = curve;
  for (let i = 0; i < every.length; i++) {
    if (next[i]! > epoch) continue;
    const [j, k] = [2 * head[i]!, 2 * tail[i]!];
    let [x, y] = [places[j]!, places[j + 1]!];
    let [dx, dy] = [x - places[k]!, y - places[k + 1]!];
    let square = dx * dx + dy * dy;
    let pull = 0;
    if (square > 0) pull = (-2 * a * b * Math.pow(square, b - 1)) / (a * Math.pow(square, b) + 1);
    const [moveX, moveY] = [clip(pull * dx) * rate, clip(pull * dy) * rate];
    x += moveX;
    y += moveY;
    places[k]! -= moveX;
    places[k + 1]! -= moveY;
    next[i]! += every[i]!;
    const everyPush = every[i]! / pushes;
    const count = Math.floor((epoch - nextPush[i]!) / everyPush);
    for (let p = 0; p < count; p++) {
      const other = 2 * Math.floor(chance.next() * vertices);
      if (other === j) continue;
      dx = x - places[other]!;
      dy = y - places[other + 1]!;
      square = dx * dx + dy * dy;
      if (square > 0) {
        const push = (2 * b) / ((0.001 + square) * (a * Math.pow(square, b) + 1));
        x += (push > 0 ? clip(push * dx) : farthest) * rate;
        y += (push > 0 ? clip(push * dy) : farthest) * rate;
      } else {
        x += farthest * rate;
        y += farthest * rate;
      }
    }
    places[j] = x;
    places[j + 1] = y;
    nextPush[i]! += count * everyPush;
  }
}

const clip = (x: number): number => (x > farthest ? farthest : x < -farthest ? -farthest : x);
