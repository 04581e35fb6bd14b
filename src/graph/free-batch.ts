import { StriateError } from "../base/errors.ts";
import { sameShape } from "../base/shape.ts";
import { type Tensor, toNumbers } from "../base/tensor.ts";
import { GraphBuilder } from "./builder.ts";
import { type Dim, type Graph, nodeLabel } from "./graph.ts";

/** Batches that no other length of a network is likely to be. */
const batches = [1009, 2003, 4001] as const;

/**
 * A graph for a batch of any length, made of graphs for fixed ones: where these differ in a shape, the
 * shape is computed from the length of the batch instead. Gradients are written with shapes in numbers;
 * this takes the batch out of them again.
 *
 * @param build the graph for a number of rows; always the same one but for that number
 * @param input the input whose first axis is the batch
 * @throws StriateError where the graphs differ in more than sizes that grow with the batch
 */
export function freeBatch(build: (rows: number) => Graph, input: string): Graph {
  const [first, second, third] = batches.map(build) as [Graph, Graph, Graph];
  checkAlike(first, second);
  checkAlike(first, third);
  const constants = new Map(first.initializers);
  const b = new GraphBuilder({ ...first, nodes: [], initializers: constants }, "batch/");
  let length: string | undefined;
  for (const [name, value] of first.initializers) {
    const others = [second, third].map((other) => other.initializers.get(name)!) as [
      Tensor,
      Tensor,
    ];
    if (others.every((other) => same(value, other))) continue;
    const { base, slope } = growth(name, [value, ...others]);
    length ??= b.op("Shape", [input], { start: 0, end: 1 });
    const grown = b.op("Mul", [length, b.i64(slope)]);
    const sum = base.some((each) => each !== 0) ? b.op("Add", [grown, b.i64(base)]) : grown;
    b.op("Reshape", [sum, b.i64(value.shape)], {}, { outputs: [name] });
    constants.delete(name);
  }
  const free = <V extends { name: string; shape: readonly Dim[] | null }>(
    value: V,
    i: number,
    from: (g: Graph) => V[],
  ) => ({
    ...value,
    shape:
      value.shape &&
      value.shape.map((_, axis) => {
        const [p, q] = [first, second].map((each) => Number(from(each)[i]!.shape![axis]));
        return p === q ? p! : p === batches[0] ? "N" : null;
      }),
  });
  return {
    ...first,
    initializers: constants,
    values: new Map(),
    nodes: [...b.graph.nodes, ...first.nodes],
    inputs: first.inputs.map((value, i) => free(value, i, (each) => each.inputs)),
    outputs: first.outputs.map((value, i) => free(value, i, (each) => each.outputs)),
  };
}

/** Checks that two graphs differ in their constants at most. */
function checkAlike(a: Graph, b: Graph): void {
  const differs = (what: string) =>
    new StriateError(`the batch cannot be left open: ${what} depends on its length`);
  if (a.nodes.length !== b.nodes.length) throw differs("the number of nodes");
  for (const [i, node] of a.nodes.entries())
    if (JSON.stringify(node, plain) !== JSON.stringify(b.nodes[i], plain))
      throw differs(nodeLabel(node));
  for (const name of a.initializers.keys())
    if (!b.initializers.has(name)) throw differs(`the constant "${name}"`);
}

const plain = (_: string, value: unknown): unknown =>
  typeof value === "bigint"
    ? value.toString()
    : ArrayBuffer.isView(value)
      ? [...(value as Uint8Array)]
      : value;

function same(a: Tensor, b: Tensor): boolean {
  if (a === b || a.data === b.data) return true;
  if (a.type !== b.type || !sameShape(a.shape, b.shape)) return false;
  for (let i = 0; i < a.data.length; i++) if (!Object.is(a.data[i], b.data[i])) return false;
  return true;
}

/** The numbers of a shape as `base + slope * rows`. */
function growth(
  name: string,
  values: readonly [Tensor, Tensor, Tensor],
): { base: number[]; slope: number[] } {
  const fault = () =>
    new StriateError(
      `the batch cannot be left open: the constant "${name}" does not grow with its length`,
    );
  if (values.some(({ type, shape }) => type !== "int64" || !sameShape(shape, values[0].shape)))
    throw fault();
  const [p, q, r] = values.map(toNumbers) as [number[], number[], number[]];
  const slope = p.map((each, i) => (q[i]! - each) / (batches[1] - batches[0]));
  const base = p.map((each, i) => each - slope[i]! * batches[0]);
  if (
    !slope.every(Number.isInteger) ||
    r.some((each, i) => each !== base[i]! + slope[i]! * batches[2])
  )
    throw fault();
  return { base, slope };
}
