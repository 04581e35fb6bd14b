import { pushAll } from "../../base/extremes.ts";
import { type Tensor, toNumbers } from "../../base/tensor.ts";
import { attribute } from "../../graph/attributes.ts";
import type { Graph, GraphNode } from "../../graph/graph.ts";
import { nodesFor, producers } from "../../graph/traverse.ts";
import type { Port } from "../../model/network.ts";

/** The ends of a network as its user gets them. */
export interface Ends {
  inputs: Port[];
  outputs: Port[];
  /** The class names that a label or a map of probabilities is written with. */
  labels?: string[];
}

/**
 * What goes in and comes out of an ONNX graph as tensors of numbers. scikit-learn, ML.NET and Custom Vision
 * end a network with a label of text and with a sequence of maps from class to probability (ZipMap): of these
 * the numbers that they are made of come out, and the class names are kept. ML.NET hands columns through;
 * an output that is only an input again is left out, and an input that nothing else needs with it.
 *
 * @param portOf how the user sees a value
 * @see https://onnx.ai/onnx/operators/onnx_aionnxml_ZipMap.html
 */
export function findEnds(graph: Graph, portOf: (value: string) => Port): Ends {
  const made = producers(graph);
  const opaque = new Set(graph.outputs.filter(isOpaque).map(({ name }) => name));
  const columns = columnsIn(graph, made);
  const found = graph.outputs.flatMap(({ name }): Port[] => {
    const table = columns.get(name);
    if (table !== undefined) return table.first === name ? [portOf(table.value)] : [];
    const zipped = makerBehind(made, name);
    if (zipped?.op === "ZipMap") return [{ ...portOf(zipped.inputs[0]!), name }];
    const ranked = rankedBehind(graph, made, name);
    if (ranked !== undefined) return [{ ...portOf(ranked), name }];
    const port = portOf(name);
    return port.type === "string" || opaque.has(name) ? [] : [port];
  });
  const computed = found.filter(({ value }) => inputBehind(graph, made, value) === undefined);
  const outputs = computed.length > 0 ? computed : found;
  if (outputs.length === 0) pushAll(outputs, scoresOf(graph, made).map(portOf));
  const values = outputs.map(({ value }) => value);
  const read = new Set([...values, ...nodesFor(graph, values).flatMap(({ inputs }) => inputs)]);
  const echoed = new Set(graph.outputs.map(({ name }) => inputBehind(graph, made, name)));
  const inputs = graph.inputs.filter(
    ({ name, type }) => read.has(name) || (type !== "string" && !echoed.has(name)),
  );
  const labels = namesIn(graph, made);
  return { inputs: inputs.map(({ name }) => portOf(name)), outputs, ...(labels && { labels }) };
}

const isOpaque = ({ opaque }: Graph["outputs"][number]): boolean =>
  opaque !== undefined && opaque !== null;

/** Ops that hand a value on. */
const handsOn = /^(Identity|Cast|Reshape|Squeeze|Unsqueeze|Flatten)$/;
/** Ops that write a column in another way: ML.NET hands the label of a row through as its key. */
const rewrites = /^(LabelEncoder|CategoryMapper|OneHotEncoder|OneHot)$/;

/** The node that makes a value, seen through those that only hand it on. */
function makerBehind(made: ReadonlyMap<string, GraphNode>, value: string): GraphNode | undefined {
  let node = made.get(value);
  while (node && handsOn.test(node.op)) node = made.get(node.inputs[0]!);
  return node;
}

/** The input that a value is, handed on or written in another way. */
function inputBehind(
  graph: Graph,
  made: ReadonlyMap<string, GraphNode>,
  value: string,
): string | undefined {
  let at = value;
  const isColumn = ({ op }: GraphNode) => handsOn.test(op) || rewrites.test(op);
  for (let node = made.get(at); node && isColumn(node); node = made.get(at)) at = node.inputs[0]!;
  return graph.inputs.find(({ name }) => name === at)?.name;
}

/** Outputs that are the columns of one value, in order, each with an output of its own. */
interface Columns {
  value: string;
  /** The output that is the first column. */
  first: string;
}

/**
 * What scikit-learn's converter makes with `zipmap: "columns"`: an output for the probability of each class.
 * The value that they are cut from says the same at once.
 */
function columnsIn(graph: Graph, made: ReadonlyMap<string, GraphNode>): Map<string, Columns> {
  const cut = new Map<string, string[]>();
  for (const { name } of graph.outputs) {
    const node = makerBehind(made, name);
    if (node?.op !== "Slice") continue;
    const names = cut.get(node.inputs[0]!) ?? [];
    const [start, end] = [1, 2].map((i) => graph.initializers.get(node.inputs[i] ?? ""));
    const isNext = start && end && toNumbers(start).at(-1) === names.length;
    if (isNext && toNumbers(end).at(-1) === names.length + 1)
      cut.set(node.inputs[0]!, [...names, name]);
  }
  return new Map(
    [...cut].flatMap(([value, names]) =>
      names.length > 1 ? names.map((name) => [name, { value, first: names[0]! }] as const) : [],
    ),
  );
}

/**
 * The numbers of all classes behind an output that is the best of them: of TopK, and of a maximum whose place
 * comes out too. The first of these is not that of class 0.
 */
function rankedBehind(
  graph: Graph,
  made: ReadonlyMap<string, GraphNode>,
  name: string,
): string | undefined {
  const node = makerBehind(made, name);
  if (node?.op === "TopK" && node.outputs[0] === name) return node.inputs[0];
  if (node?.op !== "ReduceMax") return undefined;
  const isPlace = (other: string) => {
    const maker = makerBehind(made, other);
    return maker?.op === "ArgMax" && maker.inputs[0] === node.inputs[0];
  };
  return graph.outputs.some((output) => isPlace(output.name)) ? node.inputs[0] : undefined;
}

/** Of a network that gives nothing but a label: the numbers that the label is chosen by. */
function scoresOf(graph: Graph, made: ReadonlyMap<string, GraphNode>): string[] {
  return graph.outputs.flatMap(({ name }) => {
    const chosen = lookups(made, name).at(-1);
    const choice = chosen && makerBehind(made, chosen.index);
    return choice?.op === "ArgMax" ? [choice.inputs[0]!] : [];
  });
}

/** A node that turns numbers of classes into their names. */
interface Lookup {
  node: GraphNode;
  /** The value with the number of the class. */
  index: string;
}

/** The lookups behind an output, the last one first. */
function lookups(made: ReadonlyMap<string, GraphNode>, value: string): Lookup[] {
  const node = makerBehind(made, value);
  switch (node?.op) {
    case "LabelEncoder":
    case "CategoryMapper":
      return [{ node, index: node.inputs[0]! }, ...lookups(made, node.inputs[0]!)];
    case "ArrayFeatureExtractor":
    case "Gather":
      return [{ node, index: node.inputs[1]! }, ...lookups(made, node.inputs[1]!)];
    default:
      return [];
  }
}

/** The names of the classes: of a ZipMap, of a table behind the ArgMax, of a classical classifier. */
function namesIn(graph: Graph, made: ReadonlyMap<string, GraphNode>): string[] | undefined {
  for (const { name } of graph.outputs) {
    const zip = makerBehind(made, name);
    const names = zip && listIn(zip, "classlabels");
    if (names) return names;
  }
  for (const { name } of graph.outputs) {
    const names = textsBehind(graph, made, name);
    if (names) return names;
  }
  for (const { name } of graph.outputs)
    for (const { node } of lookups(made, name)) {
      const names = tableIn(graph, node);
      if (names) return names;
    }
  return undefined;
}

/** The names where a network gives the list of them beside its numbers. */
function textsBehind(
  graph: Graph,
  made: ReadonlyMap<string, GraphNode>,
  name: string,
): string[] | undefined {
  let at = name;
  for (let node = made.get(at); node && handsOn.test(node.op); node = made.get(at))
    at = node.inputs[0]!;
  const list = graph.initializers.get(at);
  return list?.type === "string" && list.data.length > 1
    ? [...(list.data as readonly string[])]
    : undefined;
}

/** `classlabels_strings` or `classlabels_int64s`; plain numbers in order say nothing. */
function listIn(node: GraphNode, stem: string): string[] | undefined {
  const texts = attribute(node, `${stem}_strings`, "strings");
  if (texts && texts.length > 0) return [...texts];
  const numbers =
    attribute(node, `${stem}_int64s`, "ints") ?? attribute(node, `${stem}_ints`, "ints");
  return numbers?.some((number, i) => number !== i) ? numbers.map(String) : undefined;
}

const numbersOf = (keys: Tensor | undefined): readonly number[] | undefined =>
  keys && keys.type !== "string" ? toNumbers(keys) : undefined;

/** The names by number that a lookup holds. */
function tableIn(graph: Graph, node: GraphNode): string[] | undefined {
  if (node.op === "ArrayFeatureExtractor" || node.op === "Gather") {
    const table = graph.initializers.get(node.inputs[0]!);
    if (table === undefined) return undefined;
    if (table.type === "string") return [...(table.data as readonly string[])];
    const numbers = toNumbers(table);
    return numbers.some((number, i) => number !== i) ? numbers.map(String) : undefined;
  }
  const plain =
    attribute(node, "classes_strings", "strings") ?? attribute(node, "cats_strings", "strings");
  const keys =
    attribute(node, "keys_int64s", "ints") ??
    attribute(node, "cats_int64s", "ints") ??
    attribute(node, "keys_floats", "floats") ??
    numbersOf(attribute(node, "keys_tensor", "tensor"));
  const values = attribute(node, "values_tensor", "tensor");
  const names =
    attribute(node, "values_strings", "strings") ??
    (values?.type === "string" ? (values.data as readonly string[]) : plain);
  if (names === undefined || names.length === 0) return undefined;
  if (keys === undefined || keys.length !== names.length) return [...names];
  const sorted: string[] = [];
  // Keys of ML.NET begin with 1: 0 is what is missing.
  const first = keys.includes(0) ? 0 : 1;
  keys.forEach((key, i) => (sorted[key - first] = names[i]!));
  // A key that is missing, or is none, leaves a hole.
  return sorted.length === names.length && !sorted.includes(undefined as never)
    ? sorted
    : undefined;
}
