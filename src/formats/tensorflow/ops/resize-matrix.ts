import { checkedLength } from "../../../base/checked-length.ts";
import { StriateError, UnsupportedError } from "../../../base/errors.ts";
import type { Graph } from "../../../graph/graph.ts";
import type { TfContext, TfValue } from "../define-op.ts";

/** Numbers of all such matrices of a graph: 256 MB. A network resizes a few times, and pictures are small. */
const most = 2 ** 26;
const taken = new WeakMap<Graph, number>();

/**
 * Room for the matrix `(to, from)` that resizes along one axis. No byte of the file accounts for it, so that
 * a small file of many nodes could ask for any amount: it is counted for the whole graph.
 *
 * @throws StriateError when the graph's matrices take more than a network needs
 */
export function resizeMatrix(graph: Graph, to: number, from: number): Float32Array {
  const length = checkedLength(from * to, "weights of a resize");
  const sum = (taken.get(graph) ?? 0) + length;
  if (sum > most)
    throw new StriateError(
      `the resizes of the file take more than ${most} weights; it is damaged or hostile`,
    );
  taken.set(graph, sum);
  return new Float32Array(length);
}

/**
 * Pictures `(N, height, width, channels)` resized along one axis after the other, each by its matrix.
 *
 * @param fill writes the matrix `(to, from)` of an axis, 0 of the rows and 1 of the columns, which is all zeros
 */
export function resizeByMatrices(
  { b, node, input, shape, arrange, numbers }: TfContext,
  fill: (matrix: Float32Array, from: number, to: number, axis: number) => void,
): TfValue {
  const order = [0, 3, 1, 2];
  const [, ...space] = shape(input(0));
  const target = numbers(1);
  const [rows, columns] = [0, 1].map((axis) => {
    const from = space[axis];
    if (typeof from !== "number")
      throw new UnsupportedError("the size of its pictures is not known");
    const to = checkedLength(target[axis] ?? 0, "rows or columns");
    const matrix = resizeMatrix(b.graph, to, from);
    fill(matrix, from, to, axis);
    return b.f32(matrix, [to, from]);
  });
  const high = b.op("MatMul", [rows!, arrange(input(0), order)]);
  const turned = b.op("Transpose", [columns!], { perm: [1, 0] });
  return { value: b.op("MatMul", [high, turned], {}, { name: node.name }), order };
}
