import { StriateError, namingSync } from "../../base/errors.ts";
import type { DataType } from "../../base/tensor.ts";
import { MissingRuleError, addGradient } from "../../gradient/gradient.ts";
import { stepForm } from "../../gradient/step-form.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import type { Graph, GraphNode } from "../../graph/graph.ts";
import { foldConstants } from "../../graph/passes/opening/fold-constants.ts";
import { inlineIf } from "../../graph/passes/opening/inline-if.ts";
import { raiseOpset } from "../../graph/passes/opening/raise-opset.ts";
import { withOutputs } from "../../graph/outputs.ts";
import { bindInputs } from "../../ops/infer/bind-dims.ts";
import { isConcrete } from "../../ops/facts/dims.ts";
import { Formula } from "../../ops/facts/formula.ts";
import { inferShapes } from "../../ops/infer/infer-shapes.ts";
import { type GradientQuery, givenValues } from "./gradient-query.ts";
import { layerOfNode } from "../facts/layer-nodes.ts";
import type { Network } from "../network.ts";

/** A network's graph with gradients, for inputs of certain shapes. */
export interface Differentiated {
  graph: Graph;
  /** The seeds that are fed, by the value that they belong to. */
  seeds: Map<string, { input: string; type: DataType; shape: readonly number[] }>;
  /** Names of the outputs, in the order of the query. */
  gradients: string[];
  values: string[];
}

/**
 * Writes the graph that gives the gradients of a query, for any network, whatever file it came from:
 * the operator set is raised to the house's, shapes are bound, branches whose condition is known are
 * written out, and what is constant is folded; then comes the reverse walk, and the passes that make
 * its graph a fast one.
 *
 * @param shapes of the graph's inputs
 * @param options.passes whether to make the graph a faster one; true by default
 * @throws StriateError naming the layer and the op where one on the way has no gradient
 */
export function differentiate(
  network: Network,
  shapes: Readonly<Record<string, readonly number[]>>,
  query: GradientQuery,
  { passes = true } = {},
): Differentiated {
  const { of, wrt, values = [], rules, then } = query;
  const given = givenValues(query);
  const read = [...of.map(({ value }) => value), ...wrt, ...values, ...given];
  const bound = openedGraph(network, shapes, read);
  const b = new GraphBuilder(bound);
  const seeds: Differentiated["seeds"] = new Map();
  const terms: { value: string; seed: string }[] = [];
  for (const { value, seed } of of) {
    const shape = shapeOf(bound, value);
    const type = typeOf(bound, value);
    if (typeof seed === "object" && "write" in seed) {
      terms.push({ value, seed: seed.write(new Formula(b, type), value, shape) });
    } else if (!seeds.has(value)) {
      const input = b.fresh(`${value}/seed`);
      seeds.set(value, { input, type, shape });
      terms.push({ value, seed: input });
    }
  }
  const walked = namingLayer(network, () =>
    addGradient(bound, { of: terms, wrt, rules: rules?.rules }),
  );
  const { graph } = walked;
  let gradients = wrt.map((name) => walked.gradients.get(name)!);
  if (then) {
    const after = new GraphBuilder(graph, "view/");
    const f = new Formula(after, "float32");
    const shape = (value: string) => shapeOf(graph, value);
    gradients = namingSync(then.name, () => then.write({ b: after, f, gradients, values, shape }));
    inferShapes(graph);
  }
  const distinct = [...new Set([...gradients, ...given])];
  const asked = withOutputs(graph, distinct);
  const outputs = asked.outputs.map(({ name }) => name);
  const named = (list: readonly string[]) => list.map((name) => outputs[distinct.indexOf(name)]!);
  const form = passes ? stepForm(asked) : asked;
  return { graph: form, seeds, gradients: named(gradients), values: named(given) };
}

/** The part of a network's graph that some values need, with its shapes, in the house's operator set. */
export function openedGraph(
  network: Network,
  shapes: Readonly<Record<string, readonly number[]>>,
  names: readonly string[],
): Graph {
  const { graph } = network;
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const part = withOutputs(graph, [...new Set(names.filter((name) => made.has(name)))]);
  // A value may be asked for that is not on the way to the others.
  const inputs = graph.inputs.filter((input) => input.name in shapes);
  for (const name of names) {
    const constant = graph.initializers.get(name);
    if (constant) part.initializers.set(name, constant);
  }
  let result = raiseOpset(bindInputs({ ...part, inputs }, shapes));
  let known = inferShapes(result);
  if (result.nodes.some(({ op }) => op === "If")) {
    result = inlineIf(result, known);
    known = inferShapes(result);
  }
  result = foldConstants(result, known);
  inferShapes(result);
  return result;
}

/** The lengths of a value whose graph has its shapes. @throws StriateError where they are not known */
export function shapeOf(graph: Graph, value: string): readonly number[] {
  const known =
    graph.values.get(value) ??
    graph.initializers.get(value) ??
    graph.inputs.find(({ name }) => name === value);
  if (known === undefined) throw new StriateError(`the graph has no value "${value}"`);
  if (!isConcrete(known.shape))
    throw new StriateError(
      `the size of "${value}" depends on what the network computes, and gradients need it before`,
    );
  return known.shape;
}

const typeOf = (graph: Graph, value: string) => graph.values.get(value)?.type ?? "float32";

/** Says of an op without a gradient which layer it belongs to, and what can be done. */
function namingLayer<T>(network: Network, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof MissingRuleError)) throw error;
    const { node } = error;
    throw new StriateError(
      `${layerOf(network, node)}striate has no gradient for the op ${node.op}, which lies on the way; ` +
        "choose a layer behind it, or a way of seeing without gradients (feature maps, occlusion, RISE)",
      { cause: error },
    );
  }
}

function layerOf(network: Network, node: GraphNode): string {
  const layer = layerOfNode(network, node);
  if (layer) return `layer "${layer.address}" (${layer.className}): `;
  return node.name === "" ? "" : `node "${node.name}": `;
}
