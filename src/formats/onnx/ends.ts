import { toNumbers } from "../../base/tensor.ts";
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
  const found = graph.outputs.flatMap(({ name }): Port[] => {
    const zipped = makerBehind(made, name);
    if (zipped?.op === "ZipMap") return [{ ...portOf(zipped.inputs[0]!), name }];
    const port = portOf(name);
    return port.type === "string" || opaque.has(name) ? [] : [port];
  });
  const computed = found.filter(({ value }) => inputBehind(graph, made, value) === undefined);
  const outputs = computed.length > 0 ? computed : found;
  if (outputs.length === 0) outputs.push(...scoresOf(graph, made).map(portOf));
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

/** The node that makes a value, seen through those that only hand it on. */
function makerBehind(made: ReadonlyMap<string, GraphNode>, value: string): GraphNode | undefined {
  let node = made.get(value);
  while (node && handsOn.test(node.op)) node = made.get(node.inputs[0]!);
  return node;
}

/** The input that a value is, handed on. */
function inputBehind(
  graph: Graph,
  made: ReadonlyMap<string, GraphNode>,
  value: string,
): string | undefined {
  let at = value;
  for (let node = made.get(at); node && handsOn.test(node.op); node = made.get(at))
    at = node.inputs[0]!;
  return graph.inputs.find(({ name }) => name === at)?.name;
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
  for (const { name } of graph.outputs)
    for (const { node } of lookups(made, name)) {
      const names = tableIn(graph, node);
      if (names) return names;
    }
  return undefined;
}

/** `classlabels_strings` or `classlabels_int64s`; plain numbers in order say nothing. */
function listIn(node: GraphNode, stem: string): string[] | undefined {
  const texts = attribute(node, `${stem}_strings`, "strings");
  if (texts && texts.length > 0) return [...texts];
  const numbers =
    attribute(node, `${stem}_int64s`, "ints") ?? attribute(node, `${stem}_ints`, "ints");
  return numbers?.some((number, i) => number !== i) ? numbers.map(String) : undefined;
}

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
    attribute(node, "keys_floats", "floats");
  const names = attribute(node, "values_strings", "strings") ?? plain;
  if (names === undefined || names.length === 0) return undefined;
  if (keys === undefined || keys.length !== names.length) return [...names];
  const sorted: string[] = [];
  keys.forEach((key, i) => (sorted[key] = names[i]!));
  // A key that is missing, or is none, leaves a hole.
  return sorted.length === names.length && !sorted.includes(undefined as never)
    ? sorted
    : undefined;
}
