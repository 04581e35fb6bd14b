import type { TfNode } from "./graph-def.ts";
import { placeOf } from "./sort-nodes.ts";

/** No graph passes a value on more often; a circle would without end. */
const MOST_STEPS = 200;

/** Goes back from a value over the nodes that only pass it on. */
export class Tracer {
  readonly #byName = new Map<string, TfNode>();

  constructor(nodes: readonly TfNode[] = []) {
    this.add(nodes);
  }

  add(nodes: readonly TfNode[]): void {
    for (const node of nodes) this.#byName.set(node.name, node);
  }

  /** A node by its name, as it was written last. */
  node(name: string): TfNode | undefined {
    return this.#byName.get(name);
  }

  /** The node that makes a value, and which of its outputs it is. */
  trace(value: string): [node: TfNode | undefined, output: number] {
    let [name, output] = placeOf(value);
    let node = this.#byName.get(name);
    for (let step = 0; step < MOST_STEPS && node && /^Identity(N)?$/.test(node.op); step++) {
      [name, output] = placeOf(node.inputs[output] ?? "");
      node = this.#byName.get(name);
    }
    return [node, output];
  }
}
