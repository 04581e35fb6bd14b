import type { Attribute, Graph, GraphNode } from "../../graph.ts";
import { copyGraph, emptyGraph } from "../../graph.ts";
import { GraphBuilder } from "../../builder.ts";
import { pruned } from "../../outputs.ts";
import { nodesFor, sortNodes, subgraphs } from "../../traverse.ts";
import { GraphFacts } from "../facts.ts";
import { Affines } from "./nchwc-affine.ts";
import { Layouts, NCHWC } from "./nchwc-layout.ts";
import { BlockedWeights } from "./nchwc-weights.ts";
import { nchwcRule } from "./nchwc-rules.ts";

/**
 * Writes convolutions and pools in the blocked layout of ONNX Runtime's CPU engine, and carries the
 * layout through the ops between them, forward and backward.
 *
 * The engine does this by itself for convolutions whose weights are constants. Those of a training step
 * are inputs, and so are the layouts of what the backward pass reads of the forward pass. Weights are
 * reordered in the graph, once for a batch.
 *
 * Values keep their declared shape `[N, C, H, W]`; in memory they are `[N, C / block, H, W, block]`.
 * Where the channels are no multiple of the block, or an op has no rule, the plain layout stays.
 *
 * @param block channels of a block; it belongs to the machine (see the node runtime)
 */
export function nchwc(graph: Graph, block: number): Graph {
  if (!hasConv(graph)) return graph;
  const outer = copyGraph(graph);
  const b = new GraphBuilder(outer);
  outer.nodes = [];
  const weights = new BlockedWeights(new GraphFacts(graph), b, block);
  new Writer(graph, { b, outer: b, block, weights, blockedParts: new Set() }).run();
  outer.nodes = sortNodes(outer.nodes);
  outer.opsets.set(NCHWC, 1);
  return pruned(outer);
}

function hasConv(graph: Graph): boolean {
  return graph.nodes.some((node) => node.op === "Conv" || subgraphs(node).some(hasConv));
}

/** What the writers of outer graph and bodies share, and where each of them writes. */
interface Writing {
  b: GraphBuilder;
  outer: GraphBuilder;
  block: number;
  weights: BlockedWeights;
  /** Values of the outer graph that hold parts in blocked form. */
  blockedParts: Set<string>;
}

/** Rewrites the nodes of one graph: the outer one, or the body of a Scan. */
class Writer {
  readonly #graph: Graph;
  readonly #writing: Writing;
  readonly #layouts: Layouts;
  readonly #facts: GraphFacts;
  readonly #affines = new Affines();
  /** Nodes that a rule has written together with another one. */
  readonly #written = new Set<GraphNode>();

  constructor(graph: Graph, writing: Writing, outer?: GraphFacts) {
    this.#graph = graph;
    this.#writing = writing;
    this.#facts = new GraphFacts(graph, outer);
    this.#layouts = new Layouts(this.#facts, writing.b, writing.block);
  }

  /** Writes all nodes; outputs in plain form under their own names. */
  run(): void {
    this.#writeNodes();
    const { b } = this.#layouts;
    for (const { name } of this.#graph.outputs) {
      const plain = this.#layouts.plain(name);
      if (plain !== name) b.op("Identity", [plain], {}, { outputs: [name] });
    }
  }

  /**
   * Writes the body of a Scan.
   * @param inputs for each input, whether it comes in blocked form
   * @param outputs for each output, whether it may go out in blocked form
   * @returns for each output, whether it does
   */
  runBody(inputs: readonly boolean[], outputs: readonly boolean[]): boolean[] {
    const { b } = this.#layouts;
    this.#graph.inputs.forEach(({ name }, i) => {
      if (inputs[i]) this.#layouts.setBlocked(name, name);
      else this.#layouts.setPlain(name);
    });
    this.#writeNodes();
    return this.#graph.outputs.map((output, i) => {
      const stays = outputs[i]! && this.#layouts.isBlocked(output.name);
      const { name } = output;
      const value = stays ? this.#layouts.blocked(name) : this.#layouts.plain(name);
      b.graph.outputs.push({ ...output, name: value });
      return stays;
    });
  }

  #writeNodes(): void {
    for (const node of this.#graph.nodes) {
      if (this.#written.has(node)) continue;
      if (node.op === "Scan" && node.domain === "") this.#writeScan(node);
      else if (!this.#tryBlocked(node)) this.#writePlain(node);
    }
  }

  #tryBlocked(node: GraphNode): boolean {
    const { b, outer } = this.#writing;
    const context = {
      ...this.#writing,
      node,
      facts: this.#facts,
      layouts: this.#layouts,
      affines: this.#affines,
      isOuter: (value: string) => b === outer || !b.has(value),
      take: (other: GraphNode) => void this.#written.add(other),
    };
    return nchwcRule(node)?.(context) === true;
  }

  #writePlain(node: GraphNode): void {
    const inputs = node.inputs.map((name) => this.#layouts.plain(name));
    this.#layouts.b.graph.nodes.push({ ...node, inputs, outputs: [...node.outputs] });
    for (const name of node.outputs) this.#layouts.setPlain(name);
  }

  #writeScan(node: GraphNode): void {
    const attribute = node.attributes.body as Extract<Attribute, { kind: "graph" }>;
    const body = attribute.value;
    const states = body.inputs.length - (node.attributes.num_scan_inputs!.value as number);
    const target = emptyGraph(body.name);
    target.inputs = body.inputs.map((input) => ({ ...input }));
    target.initializers = new Map(body.initializers);
    const b = new GraphBuilder(target, `${body.name}/`);
    for (const inner of body.nodes) for (const name of inner.outputs) b.reserve(name);
    const writer = new Writer(body, { ...this.#writing, b }, this.#facts);
    const { blockedParts } = this.#writing;
    const isParts = (name: string, i: number) => i >= states && blockedParts.has(name);
    const outputs = writer.runBody(
      node.inputs.map(isParts),
      node.outputs.map((name, i) => i >= states && this.#onlyScansRead(name)),
    );
    outputs.forEach((blocked, i) => {
      if (blocked) blockedParts.add(node.outputs[i]!);
    });
    target.nodes = nodesFor(
      target,
      target.outputs.map(({ name }) => name),
    );
    dropUnusedConstants(target);
    this.#layouts.b.graph.nodes.push({
      ...node,
      inputs: node.inputs.map((name, i) => (isParts(name, i) ? name : this.#layouts.plain(name))),
      attributes: { ...node.attributes, body: { kind: "graph", value: target } },
    });
    for (const name of node.outputs) this.#layouts.setPlain(name);
  }

  /** Whether nothing looks at the value but Scans that read its parts. */
  #onlyScansRead(name: string): boolean {
    return (
      !this.#facts.isOutput(name) &&
      this.#facts.readers(name).every((node) => node.op === "Scan" && node.domain === "")
    );
  }
}

function dropUnusedConstants(graph: Graph): void {
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  for (const name of [...graph.initializers.keys()])
    if (!read.has(name)) graph.initializers.delete(name);
}
