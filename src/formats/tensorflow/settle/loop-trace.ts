import { pushAll } from "../../../base/extremes.ts";
import { UnsupportedError } from "../../../base/errors.ts";
import { type Tensor, toNumbers } from "../../../base/tensor.ts";
import { TfAttributes, type TfNode } from "../graph-def.ts";
import { scalarOperations } from "../scalars.ts";
import { placeOf } from "../sort-nodes.ts";

/** Where a node is computed: outside of all loops (undefined), or in one round of a loop. */
export interface Round {
  readonly id: string;
  readonly frame: string;
  readonly number: number;
  readonly around: Round | undefined;
}

/** A tensor in a round: an output of a node that is no control flow. */
export interface Ref {
  readonly node: TfNode;
  readonly output: number;
  readonly round: Round | undefined;
}

/** Loops of more rounds are no pictures of a batch, nor the classes of a detector. */
const MOST_ROUNDS = 256;
/** How deep a condition is looked through. */
const MOST_DEPTH = 400;

/**
 * Follows tensors of TensorFlow 1 through its loops (Enter, Merge, Switch, NextIteration, Exit), and
 * computes the few numbers that decide how often they run. A batch whose length is free counts as one.
 *
 * @see https://arxiv.org/abs/1805.01772 "Dynamic control flow in large-scale machine learning"
 */
export class LoopTrace {
  readonly #byName: ReadonlyMap<string, TfNode>;
  readonly #constants: ReadonlyMap<string, Tensor>;
  readonly #conditions = new Map<string, TfNode>();
  readonly #rounds = new Map<string, number>();
  /** Placeholders whose free batch was counted as one. */
  readonly batches = new Set<string>();

  constructor(
    nodes: readonly TfNode[],
    frames: ReadonlyMap<string, string>,
    constants: ReadonlyMap<string, Tensor>,
  ) {
    this.#byName = new Map(nodes.map((node) => [node.name, node]));
    this.#constants = constants;
    for (const node of nodes)
      if (node.op === "LoopCond") this.#conditions.set(frames.get(node.name) ?? "", node);
    this.frames = frames;
  }

  /** The loop of each node that is in one; of an Exit the loop that it leaves. */
  readonly frames: ReadonlyMap<string, string>;

  /** The node that makes a tensor, seen from a round. */
  follow(tensor: string, from: Round | undefined): Ref {
    let round = from;
    let [name, output] = placeOf(tensor);
    for (;;) {
      const node = this.#node(name);
      const next = this.#before(node, round);
      if (next === undefined) return { node, output, round };
      [[name, output], round] = [placeOf(next.tensor), next.round];
    }
  }

  #node(name: string): TfNode {
    const node = this.#byName.get(name);
    if (node) return node;
    throw new UnsupportedError(`a loop reads "${name}", which is not there`);
  }

  /** Where control flow has its value from; undefined of other nodes. */
  #before(
    node: TfNode,
    round: Round | undefined,
  ): { tensor: string; round: Round | undefined } | undefined {
    const [first = "", second = ""] = node.inputs;
    const frame = this.frames.get(node.name);
    switch (node.op) {
      case "Enter":
        return { tensor: first, round: round?.around };
      case "Exit": {
        const last = this.#roundOf(frame ?? "", this.countRounds(frame ?? "", round), round);
        return { tensor: first, round: last };
      }
      case "LoopCond":
      case "NextIteration":
        return { tensor: first, round };
      case "Switch":
        return frame !== undefined && this.#isLoopSwitch(node)
          ? { tensor: first, round }
          : undefined;
      case "Merge": {
        const next = this.#byName.get(placeOf(second)[0]);
        if (next?.op !== "NextIteration" || round === undefined) return undefined;
        if (round.number === 0) return { tensor: first, round };
        const before = this.#roundOf(round.frame, round.number - 1, round.around);
        return { tensor: second, round: before };
      }
      default:
        return undefined;
    }
  }

  #isLoopSwitch({ inputs }: TfNode): boolean {
    return this.#byName.get(placeOf(inputs[1] ?? "")[0])?.op === "LoopCond";
  }

  #roundOf(frame: string, number: number, around: Round | undefined): Round {
    return { id: `${around?.id ?? ""}/${frame}#${number}`, frame, number, around };
  }

  /** How often a loop runs. @throws UnsupportedError where only the photo says */
  countRounds(frame: string, around: Round | undefined): number {
    const key = `${around?.id ?? ""}/${frame}`;
    const known = this.#rounds.get(key);
    if (known !== undefined) return known;
    const condition = this.#conditions.get(frame);
    for (let number = 0; condition && number <= MOST_ROUNDS; number++) {
      const goes = this.numbers(condition.name, this.#roundOf(frame, number, around))?.[0];
      if (goes === undefined) break;
      if (goes === 0) {
        this.#rounds.set(key, number);
        return number;
      }
    }
    throw new UnsupportedError("a loop, and how often it runs is not known beforehand");
  }

  /** The elements of a small tensor that follows from constants and the batch; else undefined. */
  numbers(tensor: string, from: Round | undefined, depth = 0): readonly number[] | undefined {
    if (depth > MOST_DEPTH) return undefined;
    const { node, round } = this.follow(tensor, from);
    const constant = this.#constants.get(node.name) ?? node.attributes.value?.tensor;
    if (node.op === "Const")
      return constant && constant.type !== "string" ? toNumbers(constant) : undefined;
    const read = (i: number) => this.numbers(node.inputs[i] ?? "", round, depth + 1);
    if (node.op === "Shape") return this.#batchOf(node.inputs[0] ?? "", round);
    if (node.op === "StridedSlice") {
      const at = read(1)?.[0];
      const isFirst = at === 0 && new TfAttributes(node).int("shrink_axis_mask", 0) === 1;
      const first = read(0)?.[0];
      return isFirst && first !== undefined ? [first] : undefined;
    }
    if (/^TensorArraySize/.test(node.op)) {
      const array = this.follow(node.inputs[0] ?? "", round);
      return this.numbers(array.node.inputs[0] ?? "", array.round, depth + 1);
    }
    if (node.op === "Max" || node.op === "Min") {
      const all = read(0);
      return all && all.length > 0 ? [Math[node.op === "Max" ? "max" : "min"](...all)] : undefined;
    }
    const operation = scalarOperations[node.op];
    if (!operation) return undefined;
    const values = node.inputs
      .filter((input) => !input.startsWith("^"))
      .map((_, i) => read(i)?.[0]);
    return values.every((value) => value !== undefined)
      ? [Number(operation(...values))]
      : undefined;
  }

  /** The first length of what a placeholder is fed, through ops that keep it. */
  #batchOf(tensor: string, from: Round | undefined): number[] | undefined {
    let { node, round } = this.follow(tensor, from);
    for (
      let step = 0;
      /^(Cast|Identity|Mul|Sub|RealDiv|Add|AddV2)$/.test(node.op) && step < MOST_DEPTH;
      step++
    )
      ({ node, round } = this.follow(node.inputs[0] ?? "", round));
    const shape = node.op === "Placeholder" ? new TfAttributes(node).shape("shape") : undefined;
    if (!shape || shape.length === 0) return undefined;
    if (shape[0] === null) this.batches.add(node.name);
    return [shape[0] ?? 1];
  }
}

/** The loop of each node: what an Enter leads to, up to the Exits. */
export function loopFrames(nodes: readonly TfNode[]): Map<string, string> {
  const readers = new Map<string, TfNode[]>();
  for (const node of nodes)
    for (const input of node.inputs) {
      if (input.startsWith("^")) continue;
      const [name] = placeOf(input);
      const list = readers.get(name);
      if (list) list.push(node);
      else readers.set(name, [node]);
    }
  const frames = new Map<string, string>();
  const enters = new Map(nodes.filter(({ op }) => op === "Enter").map((node) => [node.name, node]));
  const frameOf = (node: TfNode) => node.attributes.frame_name?.s ?? "loop";
  const open = [...enters.values()].map((node) => ({ node, frame: frameOf(node) }));
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, frame } = next;
    if (frames.has(node.name)) continue;
    frames.set(node.name, frame);
    if (node.op === "Exit") continue;
    for (const reader of readers.get(node.name) ?? [])
      // An Enter inside begins a loop of its own.
      if (!enters.has(reader.name)) open.push({ node: reader, frame });
  }
  // What leaves an inner loop is in the loop around it.
  let grows = true;
  while (grows) {
    grows = false;
    for (const exit of nodes)
      if (exit.op === "Exit") {
        const inner = frames.get(exit.name);
        const outer = [...enters.values()]
          .filter((enter) => frameOf(enter) === inner)
          .map((enter) => frames.get(placeOf(enter.inputs[0] ?? "")[0]))
          .find((frame) => frame !== undefined);
        if (outer === undefined) continue;
        const waiting = [...(readers.get(exit.name) ?? [])];
        for (let node = waiting.pop(); node; node = waiting.pop()) {
          if (frames.has(node.name) || enters.has(node.name)) continue;
          frames.set(node.name, outer);
          grows = true;
          if (node.op !== "Exit") pushAll(waiting, readers.get(node.name) ?? []);
        }
      }
  }
  return frames;
}
