import { StriateError } from "../../../base/errors.ts";
import { type Attribute, type Graph, type GraphNode, nodeLabel } from "../../graph.ts";
import type { AttributeProto, FunctionProto } from "../../protobuf/onnx-messages.ts";
import { attributeFrom, nodeFrom } from "../../protobuf/read.ts";
import { renameNode } from "../../rename.ts";
import { subgraphs } from "../../traverse.ts";

/** Functions that call functions grow like powers: what no real network reaches is refused. */
const MOST_NODES = 200_000;
/** No exporter nests functions deeper; a bound for recursion. */
const MOST_LEVELS = 100;

/**
 * Writes the ops that a file defines itself (ONNX functions) out in place, so that their nodes can be
 * seen and differentiated. A function stays a function where it needs another operator set than the
 * graph has. Returns a new graph.
 *
 * Source: https://onnx.ai/onnx/repo-docs/IR.html#functions
 */
export function inlineFunctions(graph: Graph): Graph {
  const functions = (graph.functions ?? []) as readonly FunctionProto[];
  if (functions.length === 0) return graph;
  const inliner = new Inliner(graph, functions);
  const nodes = inliner.expand(graph.nodes, []);
  return {
    ...graph,
    nodes,
    opsets: inliner.opsets,
    functions: inliner.kept ? functions : undefined,
  };
}

class Inliner {
  readonly opsets: Map<string, number>;
  /** Whether a call stays as it is. */
  kept = false;
  readonly #functions: Map<string, FunctionProto>;
  readonly #taken: Set<string>;
  readonly #tried = new Map<string, number>();
  #count = 0;

  constructor(graph: Graph, functions: readonly FunctionProto[]) {
    this.opsets = new Map(graph.opsets);
    this.#functions = new Map(functions.map((made) => [keyOf(made), made]));
    this.#taken = new Set([
      ...graph.inputs.map((value) => value.name),
      ...graph.initializers.keys(),
      ...graph.nodes.flatMap((node) => node.outputs),
    ]);
  }

  /** @param calls the functions that are being written out, outermost first */
  expand(nodes: readonly GraphNode[], calls: readonly FunctionProto[]): GraphNode[] {
    const result: GraphNode[] = [];
    for (const node of nodes) {
      const called = this.#functions.get(
        keyOf({ domain: node.domain, name: node.op, overload: node.overload ?? "" }),
      );
      if (called && calls.includes(called))
        throw new StriateError(`${nodeLabel(node)}: the function "${node.op}" calls itself`);
      if (called && calls.length >= MOST_LEVELS)
        throw new StriateError(`its functions call one another over ${MOST_LEVELS} levels`);
      if (called && this.#fits(called)) {
        const inner = this.expand(this.#body(node, called), [...calls, called]);
        for (const each of inner) result.push(each);
      } else {
        this.kept ||= called !== undefined;
        result.push(this.#inside(node, calls));
      }
      this.#count++;
      if (this.#count > MOST_NODES)
        throw new StriateError(`its functions write out to more than ${MOST_NODES} nodes`);
    }
    return result;
  }

  /** The node with its bodies expanded. */
  #inside(node: GraphNode, calls: readonly FunctionProto[]): GraphNode {
    if (subgraphs(node).length === 0) return node;
    const expand = (graph: Graph): Graph => ({
      ...graph,
      nodes: this.expand(graph.nodes, calls),
    });
    const attributes = Object.entries(node.attributes).map(([key, value]): [string, Attribute] => [
      key,
      value.kind === "graph"
        ? { kind: "graph", value: expand(value.value) }
        : value.kind === "graphs"
          ? { kind: "graphs", value: value.value.map(expand) }
          : value,
    ]);
    return { ...node, attributes: Object.fromEntries(attributes) };
  }

  /** Whether the ops of the body mean in the graph what they mean in the function. */
  #fits({ opsetImport }: FunctionProto): boolean {
    const wanted = opsetImport.map(
      ({ domain, version }) => [domain === "ai.onnx" ? "" : domain, Number(version)] as const,
    );
    if (wanted.some(([domain, version]) => (this.opsets.get(domain) ?? version) !== version))
      return false;
    for (const [domain, version] of wanted) this.opsets.set(domain, version);
    return true;
  }

  #body(call: GraphNode, made: FunctionProto): GraphNode[] {
    const path = call.name || call.op;
    const names = new Map<string, string>();
    made.input.forEach((name, i) => names.set(name, call.inputs[i] ?? ""));
    const passed: GraphNode[] = [];
    made.output.forEach((name, i) => {
      const wanted = call.outputs[i] ?? "";
      if (wanted === "") return;
      if (names.has(name)) passed.push(identity(names.get(name)!, wanted));
      else names.set(name, wanted);
    });
    for (const name of made.node.flatMap((node) => node.output))
      if (name !== "" && !names.has(name)) names.set(name, this.#fresh(`${path}/${name}`));
    const attributes = attributesOf(call, made);
    const body = made.node.map((proto) => {
      const node = withAttributes(nodeFrom(proto, {}), attributes);
      return {
        ...renameNode(node, names),
        name: `${path}/${node.name === "" ? node.op : node.name}`,
      };
    });
    return [...body, ...passed];
  }

  #fresh(stem: string): string {
    return free(stem, this.#taken, this.#tried);
  }
}

/** `stem`, or with a number where it is taken; the name is taken then. */
function free(stem: string, taken: Set<string>, tried: Map<string, number>): string {
  // A stem that was asked for a thousand times goes on from a thousand: no file makes this slow.
  let i = tried.get(stem) ?? 0;
  let name = i === 0 ? stem : `${stem}_${i}`;
  while (taken.has(name)) name = `${stem}_${++i}`;
  tried.set(stem, i + 1);
  taken.add(name);
  return name;
}

const keyOf = ({ domain, name, overload }: Pick<FunctionProto, "domain" | "name" | "overload">) =>
  JSON.stringify([domain === "ai.onnx" ? "" : domain, name, overload]);

const identity = (input: string, output: string): GraphNode => ({
  op: "Identity",
  domain: "",
  name: "",
  inputs: [input],
  outputs: [output],
  attributes: {},
});

/** The attributes of a call: what the function gives by default, and what the call says. */
function attributesOf(call: GraphNode, made: FunctionProto): Record<string, Attribute> {
  const defaults = made.attributeProto.map((proto) => [proto.name, attributeFrom(proto, {})]);
  return { ...Object.fromEntries(defaults), ...call.attributes };
}

/** Puts the call's attributes where the body refers to them; one that is not given is left out. */
function withAttributes(node: GraphNode, given: Readonly<Record<string, Attribute>>): GraphNode {
  const inBody = (graph: Graph): Graph => ({
    ...graph,
    nodes: graph.nodes.map((inner) => withAttributes(inner, given)),
  });
  const attributes = Object.entries(node.attributes).flatMap(([key, value]) => {
    if (value.kind === "graph") return [[key, { ...value, value: inBody(value.value) }]];
    const reference =
      value.kind === "opaque" ? (value.value as AttributeProto).refAttrName : undefined;
    if (!reference) return [[key, value]];
    const found = Object.hasOwn(given, reference) ? given[reference] : undefined;
    return found === undefined ? [] : [[key, found]];
  });
  return { ...node, attributes: Object.fromEntries(attributes) as GraphNode["attributes"] };
}
