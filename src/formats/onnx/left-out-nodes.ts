import type { Graph, GraphNode } from "../../graph/graph.ts";
import type { FunctionProto } from "../../graph/protobuf/onnx-messages.ts";
import type { Port } from "../../model/network.ts";
import { outerReads, producers, subgraphs } from "../../graph/traverse.ts";
import { isEngineDomain, isEngineOp } from "./engine-ops.ts";

/** Why a node cannot be run, and the nodes before it that it would need; none where the fault is its own. */
export interface LeftOutNode {
  why: string;
  needs: readonly GraphNode[];
}

/** The nodes that the engine cannot run, and those behind them. The graph is in running order. */
export function leftOutNodes(graph: Graph): Map<GraphNode, LeftOutNode> {
  const functions = (graph.functions ?? []) as readonly FunctionProto[];
  const own = new Set(functions.map(({ domain, name }) => JSON.stringify([domain, name])));
  const makers = producers(graph);
  const found = new Map<GraphNode, LeftOutNode>();
  for (const node of graph.nodes) {
    const why = faultOf(node, (domain, op) => own.has(JSON.stringify([domain, op])));
    const needs = [...node.inputs, ...outerReads(node)].flatMap((name) => {
      const maker = makers.get(name);
      return maker && found.has(maker) ? [maker] : [];
    });
    if (why !== undefined) found.set(node, { why, needs: [] });
    else if (needs.length > 0) found.set(node, { why: found.get(needs[0]!)!.why, needs });
  }
  return found;
}

function faultOf(
  { domain, op, ...node }: GraphNode,
  isOwn: (domain: string, op: string) => boolean,
): string | undefined {
  const standard = domain === "ai.onnx" ? "" : domain;
  if (!isEngineOp(standard, op) && !isOwn(domain, op))
    return standard === ""
      ? "the engine has no op of this name"
      : isEngineDomain(domain)
        ? `the engine has no op of this name in the domain "${domain}"`
        : `an op of the custom domain "${domain}", which the engine does not have; export the model with standard ops`;
  for (const body of subgraphs({ domain, op, ...node }))
    for (const inner of body.nodes) {
      const why = faultOf(inner, isOwn);
      if (why !== undefined) return `${inner.op} inside of it: ${why}`;
    }
  return undefined;
}

/**
 * The outputs that can be computed, and the names of the others. Where none can be, the values that the
 * nodes which are left out would read take their place.
 *
 * @param outputs that hold numbers
 * @param portOf how the user sees a value
 */
export function endsOf(
  graph: Graph,
  left: ReadonlyMap<GraphNode, LeftOutNode>,
  outputs: readonly Port[],
  portOf: (value: string) => Port,
): { outputs: Port[]; lost: string[] } {
  const makers = producers(graph);
  const isMade = (value: string) => makers.has(value) && !left.has(makers.get(value)!);
  const isLost = ({ value }: Port) => makers.has(value) && !isMade(value);
  const lost = outputs.filter(isLost).map(({ name }) => name);
  const kept = outputs.filter((port) => !isLost(port));
  if (kept.length > 0 || lost.length === 0) return { outputs: kept, lost };
  const read = [...left.keys()].flatMap(({ inputs }) => inputs.filter(isMade));
  const ports = [...new Set(read)].map(portOf);
  // Scores before the number of the best one.
  const isReal = ({ type }: Port) => type.includes("float");
  return { outputs: [...ports.filter(isReal), ...ports.filter((port) => !isReal(port))], lost };
}
