import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { type Graph, type ValueType, copyGraph } from "../../graph/graph.ts";
import { nodesFor, outerReads, subgraphs } from "../../graph/traverse.ts";
import type { GradientContext } from "../define-op.ts";
import { Formula } from "../facts/formula.ts";

export interface ScanAttributes {
  body: Graph | undefined;
  num_scan_inputs: number;
  scan_input_axes: readonly number[] | undefined;
  scan_input_directions: readonly number[] | undefined;
  scan_output_axes: readonly number[] | undefined;
  scan_output_directions: readonly number[] | undefined;
}
type Context = GradientContext<ScanAttributes>;

/**
 * With `s', y = body(s, x; c)` at each step, the walk goes back over the steps: from the gradients of
 * the states behind a step, `ds'`, and of what it put out, `dy`, come
 *
 *     ds = (d body / d s)ᵀ (ds', dy),   dx = (d body / d x)ᵀ (ds', dy),   dc += (d body / d c)ᵀ (ds', dy)
 *
 * which is a Scan as well. Its body makes the step again, from the states before it, which the Scan
 * forward gives out besides; c is what the body reads of the graph around it.
 */
export function scanGradient(context: Context): (string | null)[] {
  const { attributes, inputs, grads, captured, b } = context;
  const body = bodyOf(context);
  const stateCount = inputs.length - attributes.num_scan_inputs;
  const isFloat = (type: string) => type.startsWith("float");
  const states = places(stateCount).filter((i) => isFloat(context.type(i)));
  const elements = places(inputs.length)
    .slice(stateCount)
    .filter((i) => context.needs(i));
  const outputs = places(grads.length)
    .slice(stateCount)
    .filter((i) => grads[i] !== null);
  const before = giveStates(context, body, stateCount);

  const f = new Formula(b, context.type(states[0] ?? elements[0]!));
  const zeros = (shape: readonly number[]) => f.zeros(shape);
  const backward = backwardBody(context, body, { states, elements, outputs });
  const direction = (list: readonly number[] | undefined, i: number) => list?.[i] ?? 0;
  const inputDirection = (i: number) => direction(attributes.scan_input_directions, i - stateCount);
  const outputDirection = (i: number) =>
    direction(attributes.scan_output_directions, i - stateCount);
  const results = b.ops(
    "Scan",
    [
      ...states.map((i) => grads[i] ?? zeros(context.shape(i))),
      ...captured.map((name) => zeros(context.outer(name).shape)),
      ...before,
      ...inputs.slice(stateCount),
      ...outputs.map((i) => grads[i]!),
    ],
    {
      body: backward,
      num_scan_inputs: before.length + (inputs.length - stateCount) + outputs.length,
      // The last step comes first.
      scan_input_directions: [
        ...before.map(() => 1),
        ...places(inputs.length)
          .slice(stateCount)
          .map((i) => 1 - inputDirection(i)),
        ...outputs.map((i) => 1 - outputDirection(i)),
      ],
      scan_output_directions: elements.map((i) => 1 - inputDirection(i)),
    },
    { outputCount: backward.outputs.length },
  );
  const ofCaptured = results.slice(states.length, states.length + captured.length);
  const ofElements = results.slice(states.length + captured.length);
  const ofInputs = inputs.map((_, i) => {
    if (states.includes(i)) return results[states.indexOf(i)]!;
    return elements.includes(i) ? ofElements[elements.indexOf(i)]! : null;
  });
  return [...ofInputs, ...ofCaptured];
}

const places = (count: number): number[] =>
  Array.from({ length: checkedLength(count, "values") }, (_, i) => i);

function bodyOf({ attributes, opset }: Context): Graph {
  const { body, scan_input_axes, scan_output_axes } = attributes;
  const isOdd = [...(scan_input_axes ?? []), ...(scan_output_axes ?? [])].some(
    (axis) => axis !== 0,
  );
  if (!body || opset < 9 || isOdd || body.nodes.some((node) => subgraphs(node).length > 0))
    throw new StriateError(
      "has a gradient only where it walks along the first axis, with no loops inside",
    );
  return body;
}

/** Lets the Scan give out the states before each step, in the order of the walk. */
function giveStates(context: Context, body: Graph, count: number): string[] {
  const { b, node } = context;
  const inside = new GraphBuilder(copyGraph(body), `${b.fresh("before")}/`);
  const { graph } = inside;
  for (const { name, type, shape } of body.inputs.slice(0, count))
    inside.output(inside.op("Identity", [name]), shape, type);
  const names = places(count).map(() => b.fresh("before"));
  node.attributes = { ...node.attributes, body: { kind: "graph", value: graph } };
  // Lists with an entry for each output get theirs for the new ones.
  for (const key of ["scan_output_directions", "scan_output_axes"] as const) {
    const value = context.attributes[key];
    if (value)
      node.attributes[key] = {
        kind: "ints",
        value: [...value, ...new Array<number>(checkedLength(count, "values")).fill(0)],
      };
  }
  node.outputs = [...node.outputs, ...names];
  context.reinfer();
  return names;
}

/** Which states, elements and outputs of a step have gradients, by their places in the Scan. */
interface Smooth {
  states: readonly number[];
  elements: readonly number[];
  outputs: readonly number[];
}

/**
 * Inputs: gradients of the states behind the step, sums for what is captured; then, of this step, the
 * states before it, the elements, and the gradients of its outputs.
 */
function backwardBody(context: Context, body: Graph, smooth: Smooth): Graph {
  const { captured, outer } = context;
  const step = copyGraph(body);
  const own = body.inputs.map(({ name }) => name);
  const inside = new GraphBuilder(step, "back/");
  const f = new Formula(inside, body.inputs[smooth.states[0] ?? 0]!.type);
  // While the step is differentiated, it has to know what it captures.
  const around = [...new Set(step.nodes.flatMap((node) => node.inputs))].filter(
    (name) => name !== "" && !isMadeIn(body, name),
  );
  const known = new Map<string, Tensor>();
  for (const name of around) {
    const { type, shape, constant } = outer(name);
    if (constant && !captured.includes(name)) known.set(name, constant);
    else inside.input(name, shape, type);
  }
  for (const [name, value] of known) step.initializers.set(name, value);

  const declare = (stem: string, { shape, type }: ValueType) =>
    inside.input(inside.fresh(stem), shape ?? [], type);
  const results = [...smooth.states, ...smooth.outputs].map((i) => body.outputs[i]!.name);
  const types = [
    ...smooth.states.map((i) => body.inputs[i]!),
    ...smooth.outputs.map((i) => context.elementOf(i)),
  ];
  const arriving = types.map((type) => declare("arriving", type));
  const sums = captured.map((name) => declare("sum", outer(name)));
  const of = f.add(
    ...results.map((name, i) =>
      f.sum(
        f.mul(name, arriving[i]!),
        (types[i]!.shape ?? []).map((_, axis) => axis),
        false,
      ),
    ),
  );
  step.opsets = new Map([["", context.opset]]);
  const wrt = [...smooth.states, ...smooth.elements].map((i) => own[i]!);
  const { graph, gradients } = context.differentiate(step, { of, wrt: [...wrt, ...captured] });

  const made = new GraphBuilder(graph, "back/");
  const give = (value: string, { shape, type }: ValueType) => {
    made.output(made.op("Identity", [value]), shape, type);
  };
  graph.outputs = [];
  for (const i of smooth.states) give(gradients.get(own[i]!)!, body.inputs[i]!);
  captured.forEach((name, i) =>
    give(made.op("Add", [sums[i]!, gradients.get(name)!]), outer(name)),
  );
  for (const i of smooth.elements) give(gradients.get(own[i]!)!, body.inputs[i]!);

  const byName = new Map(graph.inputs.map((input) => [input.name, input]));
  const order = [
    ...arriving.slice(0, smooth.states.length),
    ...sums,
    ...own,
    ...arriving.slice(smooth.states.length),
  ];
  graph.inputs = order.map((name) => byName.get(name)!);
  for (const name of known.keys()) graph.initializers.delete(name);
  graph.opsets = new Map(body.opsets);
  graph.nodes = nodesFor(
    graph,
    graph.outputs.map(({ name }) => name),
  );
  return renamed(graph, `${context.b.fresh("back")}/`);
}

const isMadeIn = (graph: Graph, name: string): boolean =>
  graph.initializers.has(name) ||
  graph.inputs.some((input) => input.name === name) ||
  graph.nodes.some((node) => node.outputs.includes(name));

/** A graph whose own values have names that no graph around it uses. */
function renamed(graph: Graph, prefix: string): Graph {
  const free = new Set(graph.nodes.flatMap(outerReads));
  const rename = (name: string) =>
    name === "" || free.has(name) || !isOwn.has(name) ? name : prefix + name;
  const isOwn = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const values = <T extends { name: string }>(list: readonly T[]) =>
    list.map((value) => ({ ...value, name: rename(value.name) }));
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  return {
    ...graph,
    inputs: values(graph.inputs),
    outputs: values(graph.outputs),
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    })),
    initializers: new Map(
      [...graph.initializers]
        .filter(([name]) => read.has(name))
        .map(([name, value]) => [rename(name), value]),
    ),
    values: new Map(),
  };
}
