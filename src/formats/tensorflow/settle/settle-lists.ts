import { type Tensor, int64 } from "../../../base/tensor.ts";
import type { TfNode } from "../graph-def.ts";
import { Scalars } from "../scalars.ts";
import { endsOf, nodesBehind, sortTfNodes } from "../sort-nodes.ts";
import { Tracer } from "../tracer.ts";

/** No list of pictures or steps is filled in more turns. */
const MOST_TURNS = 4096;

/** A list of tensors, as what was done to it last. */
interface Held {
  /** Rows of one tensor, where the list was made of such. */
  readonly whole?: string;
  readonly before?: Held;
  readonly item?: string;
  readonly index?: number;
  /** How many items there are, where that is known. */
  readonly length: number | undefined;
  readonly turns: number;
}

/**
 * Takes the lists of TensorFlow 2 out of a graph whose loops are written out: who reads an item reads the
 * tensor that was put there. Lists whose places the photo decides stay as they are.
 *
 * @see https://www.tensorflow.org/api_docs/python/tf/raw_ops/TensorListReserve
 */
export function settleLists(
  nodes: readonly TfNode[],
  constants: ReadonlyMap<string, Tensor>,
): { nodes: TfNode[]; constants: Map<string, Tensor> } {
  if (!nodes.some(({ op }) => /TensorList/.test(op)))
    return { nodes: [...nodes], constants: new Map() };
  return new Lists(nodes, constants).run();
}

class Lists {
  readonly #nodes: readonly TfNode[];
  readonly #tracer: Tracer;
  readonly #scalars: Scalars;
  readonly #held = new Map<string, Held>();
  readonly #replaced = new Map<string, TfNode>();
  readonly #added: TfNode[] = [];
  readonly #constants = new Map<string, Tensor>();
  readonly #taken: Set<string>;

  constructor(nodes: readonly TfNode[], constants: ReadonlyMap<string, Tensor>) {
    this.#nodes = nodes;
    this.#tracer = new Tracer(nodes);
    const byName = new Map(nodes.map((node) => [node.name, node]));
    this.#scalars = new Scalars((name) => byName.get(name), constants);
    this.#taken = new Set(byName.keys());
  }

  run() {
    for (const node of sortTfNodes(this.#nodes)) if (/TensorList/.test(node.op)) this.#settle(node);
    const nodes = this.#nodes.map((node) => this.#replaced.get(node.name) ?? node);
    // What only lists were read from is no end of the network.
    const ends = endsOf(this.#nodes, () => true);
    return { nodes: nodesBehind([...nodes, ...this.#added], ends), constants: this.#constants };
  }

  #settle(node: TfNode): void {
    const { name, op, inputs } = node;
    const [first = "", second = ""] = inputs;
    const made = this.#made(node);
    if (made) {
      this.#held.set(name, made);
      // Nobody reads the list itself any more.
      this.#replaced.set(name, { name, op: "Const", inputs: [], attributes: {} });
      this.#constants.set(name, int64([0], []));
      return;
    }
    const held = this.#heldBy(first);
    if (held === undefined) return;
    const replace = (as: string, read: string[], attributes: TfNode["attributes"] = {}) =>
      this.#replaced.set(name, { name, op: as, inputs: read, attributes });
    if (op === "TensorListLength" && held.length !== undefined) {
      replace("Const", []);
      this.#constants.set(name, int64([held.length], []));
      return;
    }
    if (op === "TensorListGetItem") {
      const index = this.#scalars.number(second);
      const item = index === undefined ? undefined : itemAt(held, index);
      if (item) replace("Identity", [item]);
      else if (rootOf(held)) replace("GatherV2", [rootOf(held)!, second, this.#zero(name)]);
      return;
    }
    if (op === "TensorListGather" && held.whole !== undefined)
      replace("GatherV2", [held.whole, second, this.#zero(name)]);
    if (!/^TensorList(Stack|Concat|ConcatV2)$/.test(op)) return;
    const isStack = op === "TensorListStack";
    if (held.whole !== undefined && isStack) return void replace("Identity", [held.whole]);
    const items = itemsOf(held);
    if (items === undefined || rootOf(held) !== undefined) return;
    if (isStack) replace("Pack", items, { axis: { i: 0 } });
    else replace("ConcatV2", [...items, this.#zero(name)]);
  }

  /** The list that an op makes; undefined of one that makes none, or that cannot be followed. */
  #made({ op, inputs }: TfNode): Held | undefined {
    const [first = "", second = "", third = ""] = inputs;
    switch (op) {
      case "TensorListReserve":
        return { length: this.#scalars.number(second), turns: 0 };
      case "EmptyTensorList":
        return { length: 0, turns: 0 };
      case "TensorListFromTensor":
        return { whole: first, length: undefined, turns: 0 };
      case "TensorListSetItem": {
        const before = this.#heldBy(first);
        const index = this.#scalars.number(second);
        if (!before || index === undefined || before.turns >= MOST_TURNS) return undefined;
        return { before, index, item: third, length: before.length, turns: before.turns + 1 };
      }
      case "TensorListPushBack": {
        const before = this.#heldBy(first);
        if (before?.length === undefined || before.turns >= MOST_TURNS) return undefined;
        const { length: index, turns } = before;
        return { before, index, item: second, length: index + 1, turns: turns + 1 };
      }
      default:
        return undefined;
    }
  }

  #heldBy(value: string): Held | undefined {
    const [node] = this.#tracer.trace(value);
    return node && this.#held.get(node.name);
  }

  #zero(stem: string): string {
    let name = `${stem}/axis`;
    for (let i = 1; this.#taken.has(name); i++) name = `${stem}/axis_${i}`;
    this.#taken.add(name);
    this.#added.push({ name, op: "Const", inputs: [], attributes: {} });
    this.#constants.set(name, int64([0], []));
    return name;
  }
}

/** What was put last at a place. */
function itemAt(held: Held, index: number): string | undefined {
  for (let each: Held | undefined = held; each; each = each.before)
    if (each.index === index) return each.item;
  return undefined;
}

/** The tensor whose rows a list began with. */
function rootOf(held: Held): string | undefined {
  let first = held;
  while (first.before) first = first.before;
  return first.whole;
}

/** All items, where every place was filled. */
function itemsOf(held: Held): string[] | undefined {
  const items = new Map<number, string>();
  for (let each: Held | undefined = held; each; each = each.before)
    if (each.index !== undefined && !items.has(each.index)) items.set(each.index, each.item!);
  const length = held.length ?? items.size;
  if (length !== items.size) return undefined;
  const all = Array.from({ length: items.size }, (_, i) => items.get(i));
  return all.every((item) => item !== undefined) ? all : undefined;
}
