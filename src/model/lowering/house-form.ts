import { StriateError, messageOf } from "../../base/errors.ts";
import { formatShape, permute } from "../../base/shape.ts";
import { int64, toNumbers } from "../../base/tensor.ts";
import { attribute } from "../../graph/attributes.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import type { Dim, Graph, GraphNode } from "../../graph/graph.ts";
import { withOutputs } from "../../graph/outputs.ts";
import { foldConstants } from "../../graph/passes/opening/fold-constants.ts";
import { inlineIf } from "../../graph/passes/opening/inline-if.ts";
import { raiseOpset } from "../../graph/passes/opening/raise-opset.ts";
import { bindDims } from "../../ops/infer/bind-dims.ts";
import { inferShapes } from "../../ops/infer/infer-shapes.ts";
import type { Network, Port } from "../network.ts";
import { isOnePicture } from "../photo/photo-input.ts";

/** A number of rows that no other length of a network is likely to be. */
const ROWS = 1009;

/** A network in the form that training steps are made of. */
export interface HouseForm {
  /** In the house's operator set; the batch is `N`, all other lengths of the inputs are numbers. */
  graph: Graph;
  inputs: Port[];
  outputs: Port[];
}

/**
 * Writes a network's graph, whatever file it came from, as the house writes its own: the operator set is
 * raised, the batch is free and called `N`, branches whose condition is known are written out, and what is
 * constant is folded. A batch that the file fixes is opened, where only the targets of Reshape hold it.
 *
 * @param options.open constants that stay open, as inputs of the graph: weights that change
 * @param options.size [height, width] of a photo, where the network leaves them open
 * @throws StriateError where an input has no batch, or the batch cannot be freed
 */
export function houseForm(
  network: Network,
  { open, size }: { open: ReadonlySet<string>; size?: readonly [number, number] },
): HouseForm {
  const values = network.outputs.map(({ value }) => value);
  const inputs = network.inputs.map((port) => freePort(port, network, size));
  const names = new Map(inputs.map((port) => [port.value, permute(port.shape, port.order)]));
  let graph = withOpen(raiseOpset(withOutputs(network.graph, values)), open);
  graph = freeReshapes(graph, network.inputs);
  graph.inputs = graph.inputs.map((input) => ({
    ...input,
    shape: names.get(input.name) ?? input.shape,
  }));
  // What the file says of its values holds for its own batch.
  graph.values.clear();
  for (const output of graph.outputs) output.shape = output.shape && output.shape.map(() => null);
  let known = inferred(graph, network);
  if (graph.nodes.some(({ op }) => op === "If")) {
    graph = inlineIf(graph, known);
    known = inferShapes(graph);
  }
  graph = foldConstants(graph, known);
  inferShapes(graph);
  const bound = bindDims(graph, { N: ROWS });
  const outputs = network.outputs.map((port, i) => ({
    ...freeOutput(network, port, bound.outputs[i]!.shape),
    value: bound.outputs[i]!.name,
  }));
  return { graph, inputs, outputs };
}

/** @throws StriateError where a length that the file fixes stands against another batch */
function inferred(graph: Graph, { origin, name, inputs }: Network): ReturnType<typeof inferShapes> {
  try {
    bindDims(graph, { N: ROWS });
    return inferShapes(graph);
  } catch (error) {
    const [batch] = inputs[0]?.shape ?? [];
    throw new StriateError(
      `${origin.file ?? name}: its graph holds for a batch of ${batch} alone (${messageOf(error)}); export it with ` +
        "a free batch to train it",
      { cause: error },
    );
  }
}

/** The same graph with constants as inputs, so that nothing that depends on them is folded. */
function withOpen(graph: Graph, open: ReadonlySet<string>): Graph {
  for (const name of open) {
    const value = graph.initializers.get(name);
    if (value === undefined) continue;
    graph.initializers.delete(name);
    graph.inputs.push({ name, type: value.type, shape: value.shape });
  }
  return graph;
}

/** An input with a free batch. */
function freePort(port: Port, { origin, name }: Network, size?: readonly [number, number]): Port {
  const file = origin.file ?? name;
  const { shape } = port;
  const isPicture = shape.length === 4;
  if (port.type !== "float32")
    throw new StriateError(
      `${file}: input "${port.name}" takes ${port.type}; a network is trained on float32: export it without ` +
        "the conversion at its front",
    );
  if (shape.length === 0 || isOnePicture(port))
    throw new StriateError(
      `${file}: input "${port.name}" takes ${formatShape(shape)}, one picture without a batch; export it with a ` +
        "batch to train it",
    );
  const channels = port.order[1] ?? 1;
  const space = isPicture ? [1, 2, 3].filter((axis) => axis !== channels) : [];
  const lengths = shape.map((length, axis): Dim => {
    if (axis === 0) return "N";
    if (typeof length === "number") return length;
    const given = size?.[space.indexOf(axis)];
    if (given === undefined)
      throw new StriateError(
        `${file}: input "${port.name}" takes ${formatShape(shape)}; say for which size it is trained`,
      );
    return given;
  });
  return { ...port, shape: lengths };
}

/** An output whose first axis was found to be the batch. */
function freeOutput({ origin, name }: Network, port: Port, found: readonly Dim[] | null): Port {
  const fail = () =>
    new StriateError(
      `${origin.file ?? name}: output "${port.name}" ${formatShape(port.shape)} does not grow with the batch, ` +
        "which training needs; export the network with a free batch",
    );
  if (found?.[0] !== ROWS || found.some((length) => typeof length !== "number")) throw fail();
  const shape: Dim[] = [];
  port.order.forEach((axis, i) => (shape[axis] = found[i]!));
  if (shape[0] !== ROWS) throw fail();
  return { ...port, shape: ["N", ...shape.slice(1)] };
}

/**
 * Opens targets of Reshape that hold a batch which the file fixes: `[1, 512]` of a value whose first axis is
 * the batch of 1 becomes `[0, 512]`, which keeps the length of that axis.
 */
function freeReshapes(graph: Graph, inputs: readonly Port[]): Graph {
  const [batch] = inputs[0]?.shape ?? [];
  if (typeof batch !== "number") return graph;
  const known = inferShapes(graph);
  const b = new GraphBuilder(graph);
  const moving = new Set(inputs.map(({ value }) => value));
  const freed = (node: GraphNode): GraphNode => {
    const moves = node.inputs.some((name) => moving.has(name));
    if (moves) for (const name of node.outputs) moving.add(name);
    const [x, to] = node.inputs as [string, string];
    if (!moves || node.op !== "Reshape" || !moving.has(x)) return node;
    const target = graph.initializers.get(to) ?? known.get(to);
    const from = graph.values.get(x)?.shape ?? graph.inputs.find(({ name }) => name === x)?.shape;
    const lengths = target && toNumbers(target);
    if (lengths?.[0] !== batch || from?.[0] !== batch) return node;
    // Where 0 is a length of its own, it must not be among the others.
    if (attribute(node, "allowzero", "int", 0) !== 0 && lengths.includes(0)) return node;
    const opened = b.constant(int64([0, ...lengths.slice(1)]), `${to}/free`);
    const attributes = { ...node.attributes };
    delete attributes.allowzero;
    return { ...node, inputs: [x, opened], attributes };
  };
  graph.nodes = graph.nodes.map(freed);
  return graph;
}
