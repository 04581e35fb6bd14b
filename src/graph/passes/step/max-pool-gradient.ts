import { checkedLength } from "../../../base/checked-length.ts";
import { type Tensor, float32, int64 } from "../../../base/tensor.ts";
import { sameShape, sizeOf } from "../../../base/shape.ts";
import type { GraphBuilder } from "../../builder.ts";
import type { Graph, GraphNode } from "../../graph.ts";
import { typeCode } from "../../protobuf/types.ts";
import type { GraphFacts } from "../facts.ts";
import { Rewriter } from "../rewriter.ts";
import { isAll, window2d } from "../windows.ts";

/** Indices are computed as float32, which counts without gaps up to here. */
const LARGEST_INDEX = 2 ** 24;

/**
 * The gradient of 2x2 max pools, the places of the maxima found by comparing smaller pools instead of
 * asking MaxPool for its indices, which makes it ten times slower in ONNX Runtime.
 *
 * With `p` the maximum of a window, `r` that of its first row, `c` of its first column and `q` its
 * first element, the winner is in the first row where `r = p`, and in the first column where `q = p`,
 * or `r < p` and `c = p`. Of equal elements the first one wins, as in MaxPool.
 *
 * Applies to pools of stride 2 without padding whose indices only MaxUnpool reads, as the gradient
 * writes them. A last row or column that no window covers is added afterwards, by a Pad that later
 * passes can do without.
 */
export function maxPoolGradient(graph: Graph): Graph {
  const rewriter = new Rewriter(graph);
  for (const pool of graph.nodes) {
    const unpools = matchUnpools(rewriter.facts, pool);
    if (unpools) replace(rewriter, pool, unpools);
  }
  return rewriter.finish();
}

/** The nodes that read a pool's indices, where the pass applies. */
function matchUnpools(facts: GraphFacts, pool: GraphNode): readonly GraphNode[] | undefined {
  const places = pool.outputs[1];
  if (pool.op !== "MaxPool" || !places || facts.isOutput(places)) return undefined;
  const window = window2d(facts, pool);
  const shape = facts.shape(pool.inputs[0]);
  const fits =
    window !== undefined &&
    shape !== undefined &&
    isAll([...window.kernel, ...window.strides], 2) &&
    isAll(window.dilations, 1) &&
    isAll(window.pads, 0) &&
    sizeOf(shape.slice(1)) < LARGEST_INDEX &&
    facts.type(pool.inputs[0]) === "float32";
  const readers = facts.readers(places);
  const isUnpool = (node: GraphNode) =>
    node.op === "MaxUnpool" &&
    node.inputs[1] === places &&
    sameShape(facts.shape(node.outputs[0]) ?? [], shape!);
  return fits && readers.every(isUnpool) ? readers : undefined;
}

function replace(rewriter: Rewriter, pool: GraphNode, unpools: readonly GraphNode[]): void {
  const { b, facts } = rewriter;
  const [x] = pool.inputs as [string];
  const [value] = pool.outputs as [string];
  const shape = facts.shape(x)!;
  rewriter.drop(pool, ...unpools);
  const forward = facts
    .readers(x)
    .find(
      (node) =>
        node.op === "MaxPool" &&
        node.outputs.length === 1 &&
        JSON.stringify(node.attributes) === JSON.stringify(pool.attributes),
    );
  const wanted = facts.readers(value).length > 0 || facts.isOutput(value);
  const p =
    forward && !wanted
      ? forward.outputs[0]!
      : b.op("MaxPool", [x], pool.attributes, { outputs: [value] });
  const covered = shape.map((length, axis) => (axis > 1 ? length - (length % 2) : length));
  const indices = indicesOf(b, winner(b, x, p, shape), covered);
  for (const unpool of unpools) {
    const inputs = [unpool.inputs[0]!, indices, b.i64(covered)];
    if (sameShape(covered, shape)) {
      b.op("MaxUnpool", inputs, unpool.attributes, { outputs: unpool.outputs });
      continue;
    }
    const ends = shape.map((length, axis) => length - covered[axis]!);
    const pads = b.i64([...ends.map(() => 0), ...ends]);
    b.op(
      "Pad",
      [b.op("MaxUnpool", inputs, unpool.attributes), pads],
      {},
      {
        outputs: unpool.outputs,
      },
    );
  }
}

/** Whether the first row and the first column of each window hold its maximum. */
function winner(
  b: GraphBuilder,
  x: string,
  p: string,
  shape: readonly number[],
): { row: string; column: string } {
  const part = (kernel: readonly [number, number]): string => {
    const pooled = b.op("MaxPool", [x], { kernel_shape: kernel, strides: [2, 2] });
    // A window of length 1 finds one place more on an odd axis.
    const axes = [0, 1].filter((axis) => kernel[axis] === 1 && shape[axis + 2]! % 2 === 1);
    if (axes.length === 0) return pooled;
    return b.op("Slice", [
      pooled,
      b.i64(axes.map(() => 0)),
      b.i64(axes.map((axis) => (shape[axis + 2]! - 1) / 2)),
      b.i64(axes.map((axis) => axis + 2)),
    ]);
  };
  const row = b.op("Equal", [part([1, 2]), p]);
  const below = b.op("And", [b.op("Not", [row]), b.op("Equal", [part([2, 1]), p])]);
  return { row, column: b.op("Or", [b.op("Equal", [part([1, 1]), p]), below]) };
}

/** The places of the winners, as flat indices. */
export interface PoolIndices {
  /** Whether the first row and the first column of each window hold the winner. */
  row: string;
  column: string;
  /** Shape of the tensor that the indices point into. */
  shape: readonly number[];
  /** Elements between neighbours along a row: 1, or the channels of a block. */
  block?: number;
  /** Brings constants `[1, C, H, W]` into the layout of `row` and `column`. */
  arrange?(constant: Tensor): Tensor;
  /** What is added for each row of the batch, if it is there already. */
  starts?: string | undefined;
}

function indicesOf(
  b: GraphBuilder,
  winner: { row: string; column: string },
  shape: readonly number[],
) {
  const [rows] = shape as [number];
  const size = sizeOf(shape) / rows;
  // bounded: rows of a batch that fits into memory
  const starts = Array.from({ length: rows }, (_, i) => i * size);
  return writePoolIndices(b, {
    ...winner,
    shape,
    starts: rows === 1 ? undefined : b.constant(int64(starts, [rows, 1, 1, 1]), "starts"),
  });
}

/** Writes the flat index of each winner, counted back from the last element of its window. */
export function writePoolIndices(b: GraphBuilder, indices: PoolIndices): string {
  const { row, column, shape, block = 1, arrange = (constant) => constant, starts } = indices;
  const [, channels, height, width] = shape as [number, number, number, number];
  const last = new Float32Array(checkedLength((channels * height * width) / 4, "windows", 2 ** 28));
  let at = 0;
  for (let channel = 0; channel < channels; channel++) {
    // In a block the channels count fastest.
    const plane = (channel - (channel % block)) * height * width + (channel % block);
    for (let y = 1; y < height; y += 2)
      for (let x = 1; x < width; x += 2) last[at++] = plane + (y * width + x) * block;
  }
  const cast = (value: string, type: "float32" | "int64") =>
    b.op("Cast", [value], { to: typeCode(type) });
  const scaled = (value: string, factor: number) =>
    factor === 1 ? value : b.op("Mul", [value, b.f32(factor)]);
  const back = b.op("Add", [
    scaled(cast(row, "float32"), width * block),
    scaled(cast(column, "float32"), block),
  ]);
  const lasts = arrange(float32([1, channels, height / 2, width / 2], last));
  const index = cast(b.op("Sub", [b.constant(lasts, "last"), back]), "int64");
  return starts === undefined ? index : b.op("Add", [index, starts]);
}

/** Recognises what {@link writePoolIndices} wrote. */
export function matchPoolIndices(
  facts: GraphFacts,
  name: string,
): Pick<PoolIndices, "row" | "column" | "starts"> | undefined {
  const sum = facts.maker(name, "Add");
  const starts = sum?.inputs[1];
  const cast = facts.maker(sum ? sum.inputs[0] : name, "Cast");
  const sub = facts.maker(cast?.inputs[0], "Sub");
  const add = facts.maker(sub?.inputs[1], "Add");
  const product = facts.maker(add?.inputs[0], "Mul");
  const row = facts.maker(product?.inputs[0], "Cast");
  const column = facts.maker(add?.inputs[1], "Cast");
  if (!row || !column || !sub || !facts.constant(sub.inputs[0])) return undefined;
  return { row: row.inputs[0]!, column: column.inputs[0]!, starts };
}
