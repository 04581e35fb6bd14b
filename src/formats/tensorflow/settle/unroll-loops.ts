import { pushAll } from "../../../base/extremes.ts";
import { StriateError, UnsupportedError } from "../../../base/errors.ts";
import { type Tensor, int64 } from "../../../base/tensor.ts";
import type { TfNode } from "../graph-def.ts";
import { type Ref, LoopTrace, type Round, loopFrames } from "./loop-trace.ts";

/** What loops write out to, at most. */
const MOST_NODES = 200_000;
const controlOps = /^(Enter|Exit|Merge|Switch|NextIteration|LoopCond)$/;
const arrayOps = /^TensorArray/;

export interface Unrolled {
  nodes: TfNode[];
  constants: Map<string, Tensor>;
  /** Placeholders whose batch has to be one. */
  batches: ReadonlySet<string>;
}

/**
 * Writes loops of TensorFlow 1 out, round by round: in a detector they prepare the pictures of a batch one by
 * one, and sort out boxes at its end. A free batch is taken as one picture, so that most run once and all
 * their layers can be looked at. A loop of which only the photo says how often it runs becomes one node.
 *
 * @param constants values of constants, by name
 */
export function unrollLoops(
  nodes: readonly TfNode[],
  constants: ReadonlyMap<string, Tensor>,
): Unrolled {
  if (!nodes.some(({ op }) => op === "Enter"))
    return { nodes: [...nodes], constants: new Map(), batches: new Set() };
  return new Unroller(nodes, constants).run(nodes);
}

/** A tensor of the graph that is written, or a number. */
type Operand = Ref | { index: number };

/** A node as it is written: what it reads is followed through the loops. */
interface Written {
  op: string;
  attributes: TfNode["attributes"];
  operands: readonly Operand[];
}

/** What a TensorArray holds: slices of one tensor, or single tensors. */
type Held = { whole: Ref } | { items: ReadonlyMap<number, Ref> };

class Unroller {
  readonly #trace: LoopTrace;
  readonly #nodes: TfNode[] = [];
  readonly #constants = new Map<string, Tensor>();
  readonly #done = new Map<string, string>();
  readonly #taken: Set<string>;
  /** Names of the file that are given away. */
  readonly #used = new Set<string>();
  readonly #loops = new Map<string, TfNode>();
  readonly #entering = new Map<string, TfNode[]>();

  constructor(nodes: readonly TfNode[], constants: ReadonlyMap<string, Tensor>) {
    this.#trace = new LoopTrace(nodes, loopFrames(nodes), constants);
    this.#taken = new Set(nodes.map(({ name }) => name));
    for (const node of nodes) {
      if (node.op !== "Enter") continue;
      const frame = this.#trace.frames.get(node.name)!;
      this.#entering.set(frame, [...(this.#entering.get(frame) ?? []), node]);
    }
  }

  run(nodes: readonly TfNode[]): Unrolled {
    for (const node of nodes) {
      const isInside = this.#trace.frames.has(node.name);
      if (isInside || controlOps.test(node.op) || arrayOps.test(node.op)) continue;
      this.#write({ node, output: 0, round: undefined });
    }
    return { nodes: this.#nodes, constants: this.#constants, batches: this.#trace.batches };
  }

  #key = ({ node, round }: Ref): string =>
    `${node.name}@${node.op === "Const" ? "" : (round?.id ?? "")}`;

  /** Writes a node and all that it reads; explicit, since graphs are deeper than the call stack. */
  #write(root: Ref): void {
    const open = new Set<string>();
    const stack: Ref[] = [root];
    for (let ref = stack.at(-1); ref; ref = stack.at(-1)) {
      const key = this.#key(ref);
      if (this.#done.has(key)) {
        stack.pop();
        continue;
      }
      const written = this.#view(ref);
      const missing = written.operands.filter(
        (operand): operand is Ref => "node" in operand && !this.#done.has(this.#key(operand)),
      );
      if (missing.length === 0) {
        this.#emit(ref, written);
        stack.pop();
        continue;
      }
      if (open.has(key))
        throw new StriateError(
          `${ref.node.op} "${ref.node.name}" reads what it makes: the graph has a cycle`,
        );
      open.add(key);
      pushAll(stack, missing);
    }
  }

  #emit(ref: Ref, { op, attributes, operands }: Written): void {
    const name = this.#nameOf(ref);
    const inputs = operands.map((operand) => {
      if ("index" in operand) return this.#constant(`${name}/index`, operand.index);
      const made = this.#done.get(this.#key(operand))!;
      return operand.output === 0 ? made : `${made}:${operand.output}`;
    });
    this.#done.set(this.#key(ref), name);
    this.#nodes.push({ name, op, inputs, attributes });
    if (this.#nodes.length > MOST_NODES)
      throw new StriateError(`its loops write out to more than ${MOST_NODES} nodes`);
  }

  #constant(stem: string, value: number): string {
    const name = this.#fresh(stem);
    this.#constants.set(name, int64([value], []));
    this.#nodes.push({
      name,
      op: "Const",
      inputs: [],
      attributes: { value: { tensor: int64([value], []) } },
    });
    return name;
  }

  /** The first round has the names of the file. */
  #nameOf({ node, round }: Ref): string {
    const numbers: number[] = [];
    for (let each = round; each; each = each.around) numbers.unshift(each.number);
    const isFirst = node.op === "Const" || numbers.every((number) => number === 0);
    if (isFirst && !this.#used.has(node.name)) {
      this.#used.add(node.name);
      return node.name;
    }
    return this.#fresh(`${node.name}_${numbers.join("_")}`);
  }

  #fresh(stem: string): string {
    let name = stem;
    for (let i = 1; this.#taken.has(name); i++) name = `${stem}_${i}`;
    this.#taken.add(name);
    return name;
  }

  /** {@link #see}, where what cannot be followed reads nothing: its op is not known then. */
  #view(ref: Ref): Written {
    try {
      return this.#see(ref);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      return written(ref.node.op, [], {});
    }
  }

  /** How a node is written: TensorArrays become tensors, and the op that reads one another op. */
  #see(ref: Ref): Written {
    const { node, round } = ref;
    if (this.#loops.has(node.name))
      return { op: node.op, attributes: {}, operands: this.#given(node, round) };
    const inputs = node.inputs.filter((input) => !input.startsWith("^"));
    const read = (i: number) => this.#follow(inputs[i] ?? "", round);
    if (/^TensorArrayRead/.test(node.op)) {
      const held = this.#held(inputs[2] ?? "", round);
      const index = this.#index(inputs[1] ?? "", round);
      if ("whole" in held) return written("GatherV2", [held.whole, { index }, { index: 0 }]);
      return written("Identity", [held.items.get(index) ?? missingItem()]);
    }
    if (/^TensorArrayGather|^TensorArrayConcat/.test(node.op)) {
      const held = this.#held(inputs.at(-1) ?? "", round);
      if ("whole" in held) return written("Identity", [held.whole]);
      const items = [...held.items].sort(([a], [b]) => a - b).map(([, item]) => item);
      return /Concat/.test(node.op)
        ? written("ConcatV2", [...items, { index: 0 }])
        : written("Pack", items, { axis: { i: 0 } });
    }
    return { op: node.op, attributes: node.attributes, operands: inputs.map((_, i) => read(i)) };
  }

  /** {@link LoopTrace.follow}, where a loop that cannot be written out is one node. */
  #follow(tensor: string, round: Round | undefined): Ref {
    try {
      return this.#trace.follow(tensor, round);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      return this.#closed(tensor, round, error);
    }
  }

  #closed(tensor: string, round: Round | undefined, error: UnsupportedError): Ref {
    const frame = this.#trace.frames.get(tensor.replace(/:\d+$/, ""));
    const entering = frame === undefined ? undefined : this.#entering.get(frame);
    if (frame === undefined || !entering) throw error;
    const name = frame.replace(/\/while_context$/, "");
    const node = this.#loops.get(name) ?? {
      name,
      op: "While",
      inputs: entering.map(({ inputs }) => inputs[0] ?? ""),
      attributes: {},
    };
    this.#loops.set(name, node);
    return { node, output: 0, round };
  }

  /** What a loop that stays closed is given, as far as it is tensors. */
  #given({ inputs }: TfNode, round: Round | undefined): Ref[] {
    return inputs
      .map((input) => this.#follow(input, round))
      .filter(({ node }) => !arrayOps.test(node.op));
  }

  /** What a TensorArray holds, read off the flow that orders its writes. */
  #held(flow: string, round: Round | undefined): Held {
    const items = new Map<number, Ref>();
    let ref = this.#trace.follow(flow, round);
    for (;;) {
      const { node } = ref;
      if (node.op === "Identity") {
        ref = this.#trace.follow(node.inputs[0] ?? "", ref.round);
        continue;
      }
      if (/^TensorArrayScatter/.test(node.op) && items.size === 0)
        return { whole: this.#trace.follow(node.inputs[2] ?? "", ref.round) };
      if (/^TensorArrayV\d$/.test(node.op)) return { items };
      if (!/^TensorArrayWrite/.test(node.op))
        throw new UnsupportedError(`a TensorArray is filled by ${node.op}, which is not read`);
      const index = this.#index(node.inputs[1] ?? "", ref.round);
      if (!items.has(index)) items.set(index, this.#trace.follow(node.inputs[2] ?? "", ref.round));
      ref = this.#trace.follow(node.inputs[3] ?? "", ref.round);
    }
  }

  #index(value: string, round: Round | undefined): number {
    const index = this.#trace.numbers(value, round)?.[0];
    if (index !== undefined) return index;
    throw new UnsupportedError("a place in a TensorArray is computed from the photo");
  }
}

const written = (
  op: string,
  operands: readonly Operand[],
  attributes: TfNode["attributes"] = {},
): Written => ({ op, attributes, operands });

function missingItem(): never {
  throw new UnsupportedError("reads a place of a TensorArray that nothing has filled");
}
