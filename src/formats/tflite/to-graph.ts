import { StriateError, namingSync } from "../../base/errors.ts";
import { float32, int64 } from "../../base/tensor.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { TfAttribute, TfGraph, TfNode } from "../tensorflow/graph-def.ts";
import { Scalars, scalarOperations } from "../tensorflow/scalars.ts";
import { findTfliteOp } from "./ops/index.ts";
import { codeAttributes, toReals } from "./quantise.ts";
import type {
  TfliteEnd,
  TfliteModel,
  TfliteOperator,
  TfliteSubgraph,
  TfliteTensor,
} from "./schema.ts";

/** TensorFlow's numbers of the types that a network can be fed. */
const typeCodes: Readonly<Record<string, number>> = { int32: 3, int64: 9, bool: 10 };
const FLOAT = 1;

/**
 * A TFLite network as a TensorFlow graph with ops of TFLite: each operator is a node, named as its first
 * result is. Constants that are codes become real numbers; pictures that go in coded go in as real
 * numbers, and are rounded as their codes are.
 */
export function tfliteGraph(model: TfliteModel): TfGraph {
  const whole = { model, nodes: [], constants: new Map(), taken: new Map(), levels: 0 };
  return new Graph(model, whole).made;
}

/** Loops of more rounds stay one node. */
const MOST_ROUNDS = 256;

/** TensorFlow's name of an op, where it is one that decides how often loops run. */
function scalarName(op: string): string {
  const name = findTfliteOp(op)?.tensorflow ?? op;
  return Object.hasOwn(scalarOperations, name) ? name : op;
}

/** Branches inside of branches, and what they write out to, at most. */
const MOST_LEVELS = 20;
const MOST_NODES = 200_000;

/** What the network and its branches are written into. */
interface Whole {
  model: TfliteModel;
  nodes: TfNode[];
  constants: Map<string, Tensor>;
  taken: Map<string, number>;
  levels: number;
}

class Graph {
  readonly #model: TfliteSubgraph;
  readonly #whole: Whole;
  readonly #nodes: TfNode[];
  readonly #constants: Map<string, Tensor>;
  /** The value of each tensor, as other nodes read it. */
  readonly #values = new Map<number, string>();
  readonly #outputNames = new Map<number, string>();
  readonly #taken: Map<string, number>;

  readonly #outputs: ReadonlySet<number>;
  readonly #readers = new Map<number, TfliteOperator[]>();

  constructor(model: TfliteSubgraph, whole: Whole) {
    this.#model = model;
    this.#whole = whole;
    ({ nodes: this.#nodes, constants: this.#constants, taken: this.#taken } = whole);
    this.#outputs = new Set(model.outputs.map(({ tensor }) => tensor));
    for (const operator of model.operators)
      for (const number of new Set(operator.inputs)) {
        const readers = this.#readers.get(number);
        if (readers) readers.push(operator);
        else this.#readers.set(number, [operator]);
      }
  }

  get made(): TfGraph {
    const { inputs, outputs, operators } = this.#model;
    for (const input of inputs) this.#input(input);
    // The file's own words for its outputs come before the names that the converter made.
    for (const { tensor, name } of outputs)
      if (name !== "" && !this.#outputNames.has(tensor))
        this.#outputNames.set(tensor, this.#fresh(name));
    for (const operator of operators) this.#operator(operator);
    const names = outputs.map((output) => this.#output(output));
    return { nodes: this.#nodes, constants: this.#constants, outputs: names };
  }

  /** Writes a branch that reads these values. @returns what it gives */
  inline(values: readonly string[]): string[] {
    const { inputs, outputs, operators } = this.#model;
    inputs.forEach(({ tensor }, i) => this.#values.set(tensor, values[i] ?? ""));
    for (const operator of operators) this.#operator(operator);
    return outputs.map((output) => this.#output(output));
  }

  /** A choice of two parts of the network: both are written, and a select between what they give. */
  #choice(
    name: string,
    { outputs, options }: TfliteOperator,
    [condition = "", ...values]: string[],
  ): boolean {
    const whole = this.#whole;
    const branches = [options?.int(0) ?? -1, options?.int(1) ?? -1].map(
      (number) => whole.model.subgraphs[number],
    );
    if (branches.some((branch) => !branch || branch.outputs.length < outputs.length)) return false;
    if (++whole.levels > MOST_LEVELS || this.#nodes.length > MOST_NODES)
      throw new StriateError("its branches lie within one another without end");
    const [yes, no] = branches.map((branch) => new Graph(branch!, whole).inline(values));
    whole.levels--;
    outputs.forEach((number, i) => {
      const select = i === 0 ? name : this.#fresh(`${name}_${i}`);
      const inputs = [condition, yes![i]!, no![i]!];
      this.#nodes.push({ name: select, op: "SELECT_V2", inputs, attributes: {} });
      this.#values.set(number, select);
    });
    return true;
  }

  /** A loop round by round, where constants say how often it runs. */
  #loop(name: string, { outputs, options }: TfliteOperator, given: readonly string[]): boolean {
    const whole = this.#whole;
    const [test, round] = [options?.int(0) ?? -1, options?.int(1) ?? -1].map(
      (number) => whole.model.subgraphs[number],
    );
    if (!test || !round || ++whole.levels > MOST_LEVELS) return false;
    const before = this.#nodes.length;
    let values = [...given];
    for (let number = 0; number <= MOST_ROUNDS && this.#nodes.length <= MOST_NODES; number++) {
      const [goes, written] = [this.#goesOn(test, values), this.#nodes.length];
      if (goes === undefined) break;
      if (goes === 0) {
        whole.levels--;
        outputs.forEach((tensor, i) => {
          const node = i === 0 ? name : this.#fresh(`${name}_${i}`);
          this.#nodes.push({ name: node, op: "Identity", inputs: [values[i]!], attributes: {} });
          this.#values.set(tensor, node);
        });
        return true;
      }
      values = new Graph(round, whole).inline(values);
      if (values.length !== given.length || this.#nodes.length === written) break;
    }
    whole.levels--;
    this.#nodes.length = before;
    return false;
  }

  /** What the condition of a loop says; what it is computed by is not kept. */
  #goesOn(test: TfliteSubgraph, values: readonly string[]): number | undefined {
    const { nodes, constants } = this.#whole;
    const before = nodes.length;
    const [answer = ""] = new Graph(test, this.#whole).inline(values);
    const byName = new Map(nodes.map((node) => [node.name, node]));
    const scalars = new Scalars((each) => byName.get(each), constants, scalarName);
    const goes = scalars.number(answer);
    nodes.length = before;
    return goes;
  }

  #tensor(number: number): TfliteTensor {
    const found = this.#model.tensors[number];
    if (found) return found;
    throw new StriateError(`the file speaks of tensor ${number}, which it does not have`);
  }

  #input({ tensor, name }: TfliteEnd): void {
    const found = this.#tensor(tensor);
    const { type, shape, freeShape, quantization } = found;
    if (type === "string") throw new StriateError(`input "${found.name}": texts cannot be fed`);
    const lengths = freeShape.length === shape.length ? freeShape : shape;
    const codes = codeAttributes([found]);
    const node = this.#fresh(name === "" ? found.name : name);
    const dtype = quantization ? FLOAT : (typeCodes[type] ?? FLOAT);
    this.#nodes.push({
      name: node,
      op: "Placeholder",
      inputs: [],
      attributes: {
        dtype: { type: dtype },
        shape: { shape: lengths.map((length) => (length < 0 ? null : length)) },
      },
    });
    this.#values.set(tensor, node);
    if (Object.keys(codes).length === 0) return;
    const coded = this.#fresh(`${node}/quantize`);
    this.#nodes.push({ name: coded, op: "QUANTIZE", inputs: [node], attributes: codes });
    this.#values.set(tensor, coded);
  }

  #operator(operator: TfliteOperator): void {
    const { op, inputs, outputs, options } = operator;
    const results = outputs.map((number) => this.#tensor(number));
    const name = this.#outputNames.get(outputs[0] ?? -1) ?? this.#fresh(results[0]?.name ?? op);
    const definition = findTfliteOp(op);
    const last = inputs.findLastIndex((number) => number >= 0);
    const read = inputs.slice(0, last + 1).map((number) => this.#read(number, name));
    if (op === "IF" && this.#choice(name, operator, read)) return;
    if (op === "WHILE" && this.#loop(name, operator, read)) return;
    for (const numbers of definition?.constants?.(options, read.length) ?? [])
      read.push(this.#constant(`${name}/option`, int64(numbers)));
    const attributes: Record<string, TfAttribute> = {
      ...(options && definition?.options?.(options)),
      ...codeAttributes(results),
      result_types: { list: { s: results.map(({ type }) => type) } },
      ...(outputs.every((number) => this.#isEnd(number)) ? { output_clips: { b: true } } : {}),
    };
    this.#nodes.push({ name, op, inputs: read, attributes });
    outputs.forEach((number, i) => this.#values.set(number, i === 0 ? name : `${name}:${i}`));
  }

  /**
   * Whether a tensor is an output of the network, up to a change of its codes, and nothing else. Such
   * are not rounded, but saturate: probabilities remain what a softmax makes, within half a step of their codes.
   */
  #isEnd(number: number): boolean {
    const isOutput = (tensor: number | undefined) => this.#outputs.has(tensor ?? -1);
    const [reader, ...others] = this.#readers.get(number) ?? [];
    if (reader === undefined) return isOutput(number);
    const isCode = reader.op === "DEQUANTIZE" || reader.op === "QUANTIZE";
    return others.length === 0 && isCode && isOutput(reader.outputs[0]);
  }

  #read(number: number, reader: string): string {
    const known = this.#values.get(number);
    if (known !== undefined) return known;
    // An input that an op may leave out, between others.
    if (number < 0) return this.#constant(`${reader}/absent`, float32([0], []));
    const { name, value, type, quantization, unread, isState, shape } = this.#tensor(number);
    // How a state begins is the same for all of its numbers: zero.
    if (!value && isState)
      return this.#constant(
        name,
        float32(
          shape.map(() => 1),
          [0],
        ),
      );
    if (unread !== undefined) {
      // A constant without a value: what reads it is left out.
      const node = this.#fresh(name);
      this.#nodes.push({
        name: node,
        op: "Const",
        inputs: [],
        attributes: { value: { s: unread } },
      });
      this.#values.set(number, node);
      return node;
    }
    if (!value)
      throw new StriateError(
        `"${reader}" reads tensor "${name}", which nothing has made before it`,
      );
    const isCoded = quantization && type !== "float32" && type !== "float16";
    const real = isCoded
      ? namingSync(`tensor "${name}"`, () => toReals(value, quantization))
      : value;
    const node = this.#constant(name, real);
    this.#values.set(number, node);
    return node;
  }

  #constant(stem: string, value: Tensor): string {
    const name = this.#fresh(stem);
    this.#nodes.push({ name, op: "Const", inputs: [], attributes: {} });
    this.#constants.set(name, value);
    return name;
  }

  /** What comes out has the name of the signature where it has one. */
  #output({ tensor, name }: TfliteEnd): string {
    const value = this.#read(tensor, "the output");
    const node = this.#outputNames.get(tensor) ?? this.#fresh(name);
    if (name === "" || value === node) return value;
    this.#nodes.push({ name: node, op: "Identity", inputs: [value], attributes: {} });
    return node;
  }

  /**
   * A name that is not taken, from one that TFLite made: of what the converter fused the last op stands
   * first, and a number behind a colon means an output of TensorFlow's node.
   */
  #fresh(tensor: string): string {
    const [first = ""] = tensor.split(";");
    const stem = first
      .replace(/:0$/, "")
      .replace(/^\^+|^serving_default_/, "")
      .replaceAll(":", "_");
    let i = this.#taken.get(stem) ?? 0;
    let name = i === 0 ? stem : `${stem}_${i}`;
    while (this.#taken.has(name) || name === "") name = `${stem}_${++i}`;
    this.#taken.set(stem, i + 1);
    if (name !== stem) this.#taken.set(name, 0);
    return name;
  }
}
