import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { tensor } from "../../base/tensor.ts";
import { TfAttributes, type TfFunction, type TfNode } from "./graph-def.ts";
import { findTfOp } from "./ops/index.ts";
import { Scalars } from "./scalars.ts";
import { Tracer } from "./tracer.ts";

/** Functions that call functions grow like powers: what no real network reaches is refused. */
const MOST_NODES = 200_000;
/** Nodes and the inputs they read, and a node more for every so many letters of a name. */
const LETTERS = 256;
const MOST_LEVELS = 100;

/**
 * Writes the functions that a graph calls out in place. A node keeps the name that it has in the
 * function, behind the name of the call where somebody gave it one. The call itself becomes an
 * IdentityN, which is read as the call was. Of two branches between which a constant decides, one is
 * called.
 *
 * @throws StriateError when a function calls itself, or the functions grow without measure
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/function.proto
 */
export function inlineTfFunctions(
  nodes: readonly TfNode[],
  functions: readonly TfFunction[],
): TfNode[] {
  return new Inliner(nodes, functions).expand(nodes, []);
}

const callOps = /^(Stateful)?PartitionedCall$/;
/** A loop: of two functions one says whether it goes on, and the other is one round. */
const loopOps = /^(Stateless)?While$/;
/** Loops of more rounds stay one node. */
const MOST_ROUNDS = 256;
const branchOps = /^(Stateless)?If$/;
/** Calls one of several functions: which, its first input says. */
const choiceOps = /^(Stateless)?(If|Case)$/;
const MOST_BRANCHES = 64;
const branchNames = ({ op, attributes }: TfNode): readonly string[] =>
  branchOps.test(op)
    ? ["then_branch", "else_branch"].flatMap((name) => attributes[name]?.func ?? [])
    : (attributes.branches?.list?.func ?? []);
/** The name that TensorFlow gives to a call. */
const namelessCall = /(^|\/)((Stateful)?PartitionedCall(_\d+)?)$/;

class Inliner {
  readonly #functions: Map<string, TfFunction>;
  readonly #taken: Set<string>;
  readonly #tried = new Map<string, number>();
  readonly #tracer = new Tracer();
  readonly #scalars = new Scalars((name) => this.#tracer.node(name));
  #count = 0;

  constructor(nodes: readonly TfNode[], functions: readonly TfFunction[]) {
    this.#functions = new Map(functions.map((made) => [made.name, made]));
    this.#taken = new Set(nodes.map(({ name }) => name));
  }

  /** @param calls the functions that are being written out, outermost first */
  expand(nodes: readonly TfNode[], calls: readonly TfFunction[]): TfNode[] {
    const result: TfNode[] = [];
    this.#tracer.add(nodes);
    for (const given of nodes) {
      const node = this.#decided(given);
      const branches = this.#branchesOf(node);
      const rounds = loopOps.test(node.op) ? this.#rounds(node, calls) : undefined;
      const called = this.#calledBy(node);
      if (rounds) this.#add(result, rounds);
      else if (branches) for (const inner of this.#all(node, branches, calls)) result.push(inner);
      else if (called === undefined) result.push(node);
      else {
        if (calls.includes(called))
          throw new StriateError(`${node.op} "${node.name}": the function calls itself`);
        if (calls.length >= MOST_LEVELS)
          throw new StriateError(`its functions call one another over ${MOST_LEVELS} levels`);
        const { body, outputs } = this.#body(node, called);
        for (const inner of this.expand(body, [...calls, called])) result.push(inner);
        this.#add(result, [{ name: node.name, op: "IdentityN", inputs: outputs, attributes: {} }]);
      }
      this.#grow(1 + node.inputs.length + Math.floor(node.name.length / LETTERS));
    }
    return result;
  }

  #grow(count: number): void {
    this.#count += count;
    if (this.#count > MOST_NODES)
      throw new StriateError(`its functions write out to more than ${MOST_NODES} nodes`);
  }

  #add(result: TfNode[], nodes: readonly TfNode[]): void {
    this.#tracer.add(nodes);
    for (const node of nodes) result.push(node);
  }

  /** A loop round by round, where constants say how often it runs; undefined where the photo does. */
  #rounds(node: TfNode, calls: readonly TfFunction[]): TfNode[] | undefined {
    const [test, round] = ["cond", "body"].map((name) =>
      this.#functions.get(node.attributes[name]?.func ?? ""),
    );
    if (!test || !round || calls.includes(round) || calls.length >= MOST_LEVELS) return undefined;
    let inputs = node.inputs.filter((input) => !input.startsWith("^"));
    const result: TfNode[] = [];
    for (let number = 0; number <= MOST_ROUNDS; number++) {
      const tested = this.#body({ ...node, name: this.#fresh(node.name, "cond"), inputs }, test);
      this.expand(tested.body, [...calls, test]);
      const goes = this.#scalars.number(tested.outputs[0] ?? "");
      if (goes === undefined) return undefined;
      if (goes === 0)
        return [...result, { name: node.name, op: "IdentityN", inputs, attributes: {} }];
      const name = number === 0 ? node.name : this.#fresh(node.name, String(number));
      const made = this.#body({ ...node, name, inputs }, round);
      this.#add(result, this.expand(made.body, [...calls, round]));
      inputs = made.outputs;
    }
    return undefined;
  }

  /** A choice of two functions as the call of one, where a constant decides. */
  #decided(node: TfNode): TfNode {
    const [condition = "", ...inputs] = node.inputs;
    const number = choiceOps.test(node.op) ? this.#scalars.number(condition) : undefined;
    if (number === undefined) return node;
    const branches = branchNames(node);
    const isIf = branchOps.test(node.op);
    const func = isIf ? branches[number ? 0 : 1] : (branches[number] ?? branches.at(-1));
    if (func === undefined) return node;
    return { ...node, op: "PartitionedCall", inputs, attributes: { f: { func } } };
  }

  /** The functions between which the photo decides. */
  #branchesOf(node: TfNode): TfFunction[] | undefined {
    if (!choiceOps.test(node.op)) return undefined;
    const branches = branchNames(node).map((name) => this.#functions.get(name));
    const isEven = branches.every((each) => each?.outputs.length === branches[0]?.outputs.length);
    return branches.length > 1 && branches[0] && isEven ? (branches as TfFunction[]) : undefined;
  }

  /** All branches, and selects between what they give; what is beyond the last number takes the last. */
  #all(node: TfNode, branches: readonly TfFunction[], calls: readonly TfFunction[]): TfNode[] {
    const [condition = "", ...inputs] = node.inputs;
    const isIf = branchOps.test(node.op);
    const made = branches.map((branch, i) => {
      if (calls.includes(branch) || calls.length >= MOST_LEVELS)
        throw new StriateError(`${node.op} "${node.name}": the function calls itself`);
      const name = this.#fresh(node.name, isIf ? (i === 0 ? "true" : "false") : `branch_${i}`);
      const { body, outputs } = this.#body({ ...node, name, inputs }, branch);
      return { nodes: this.expand(body, [...calls, branch]), outputs };
    });
    const conditions = isIf ? [] : this.#isNumber(node, condition, branches.length - 1);
    const selects: TfNode[] = [];
    const names = made[0]!.outputs.map((_, output) => {
      let chosen = made.at(-1)!.outputs[output]!;
      for (let i = made.length - 2; i >= 0; i--) {
        const name = this.#fresh(node.name, "select");
        const flag = conditions[i]?.at(-1)?.name ?? condition;
        const inputs = [flag, made[i]!.outputs[output]!, chosen];
        selects.push({ name, op: "SelectV2", inputs, attributes: {} });
        chosen = name;
      }
      return chosen;
    });
    const call: TfNode = { name: node.name, op: "IdentityN", inputs: names, attributes: {} };
    return [...made.flatMap(({ nodes }) => nodes), ...conditions.flat(), ...selects, call];
  }

  /** For each branch of a Case but the last whether the number is its own; of less than 0 the last is run. */
  #isNumber(node: TfNode, number: string, count: number): TfNode[][] {
    return Array.from(
      { length: checkedLength(count, "branches", MOST_BRANCHES) },
      (_, i): TfNode[] => {
        const own = { name: this.#fresh(node.name, `number_${i}`), op: "Const", inputs: [] };
        const value = { tensor: tensor("int32", [], Int32Array.of(i)) };
        const name = this.#fresh(node.name, `is_${i}`);
        return [
          { ...own, attributes: { value } },
          { name, op: "Equal", inputs: [number, own.name], attributes: {} },
        ];
      },
    );
  }

  #calledBy(node: TfNode): TfFunction | undefined {
    // Before TensorFlow 2 the function's name stood in the op's place.
    if (!callOps.test(node.op)) return this.#functions.get(node.op);
    const name = new TfAttributes(node).func("f") ?? "";
    const called = this.#functions.get(name);
    if (called) return called;
    throw new StriateError(
      `${node.op} "${node.name}": calls the function "${name}", which the file does not have`,
    );
  }

  #body(call: TfNode, made: TfFunction): { body: TfNode[]; outputs: string[] } {
    const given = call.inputs.filter((input) => !input.startsWith("^"));
    if (given.length !== made.inputs.length)
      throw new StriateError(
        `${call.op} "${call.name}": its function takes ${made.inputs.length} inputs, got ${given.length}`,
      );
    // What a call gives is read by a node of its own, or by one for each branch.
    this.#grow(1 + made.outputs.length);
    const values = new Map(made.inputs.map((name, i) => [name, given[i]!]));
    const path = call.name.replace(namelessCall, "");
    const inside = new Map(
      made.nodes.map(({ name, op }) => [name, { op, name: this.#fresh(path, name) }]),
    );
    const read = (input: string): string => {
      const argument = values.get(input);
      if (argument !== undefined) return argument;
      const [name = "", output = "", index = ""] = input.split(":");
      const node = inside.get(name);
      if (node === undefined)
        throw new StriateError(`the function "${made.name}" reads "${input}", which is not there`);
      const outputs = findTfOp(node.op)?.outputs ?? [];
      const place = Math.max(0, outputs.indexOf(output)) + Number(index);
      return place > 0 ? `${node.name}:${place}` : node.name;
    };
    const body = made.nodes.map((node) => ({
      ...node,
      name: inside.get(node.name)!.name,
      // What only orders the nodes does not matter: nothing here has side effects.
      inputs: node.inputs.filter((input) => !input.startsWith("^")).map(read),
    }));
    return { body, outputs: made.outputs.map(read) };
  }

  #fresh(path: string, inner: string): string {
    const stem = path === "" ? inner : `${path}/${inner}`;
    // A stem that was asked for a thousand times goes on from a thousand: no file makes this slow.
    let i = this.#tried.get(stem) ?? 0;
    let name = i === 0 ? stem : `${stem}_${i}`;
    while (this.#taken.has(name)) name = `${stem}_${++i}`;
    this.#tried.set(stem, i + 1);
    this.#taken.add(name);
    return name;
  }
}
