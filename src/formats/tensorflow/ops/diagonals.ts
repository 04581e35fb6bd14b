import { UnsupportedError } from "../../../base/errors.ts";
import { type TfContext, type TfOp, plainValue } from "../define-op.ts";

// The main diagonals of matrices, which are the last two axes.

function sizeOf({ shape, input }: TfContext): [rows: number, columns: number] {
  const [rows, columns] = shape(input(0)).slice(-2);
  if (typeof rows !== "number" || typeof columns !== "number" || rows * columns > 1 << 22)
    throw new UnsupportedError("the size of its matrices is not known, or too large");
  return [rows, columns];
}

/** Ones and zeros: the diagonal of a matrix. */
function mask({ b }: TfContext, rows: number, columns: number): string {
  // bounded: the callers refuse large matrices
  const data = Uint8Array.from({ length: rows * columns }, (_, i) =>
    Math.floor(i / columns) === i % columns ? 1 : 0,
  );
  return b.constant({ type: "bool", shape: [rows, columns], data });
}

/** @throws UnsupportedError for other diagonals than the main one */
function checkMain({ node, inputs, maybeNumbers }: TfContext, at: number): void {
  if (!/V[23]$/.test(node.op) || inputs.length <= at) return;
  if (maybeNumbers(at)?.some((k) => k !== 0) !== false)
    throw new UnsupportedError("other diagonals than the main one are not read");
}

const diagonal: TfOp = {
  ops: "MatrixDiag MatrixDiagV2 MatrixDiagV3",
  kind: "other",
  lower(context) {
    const { b, input, rank, shape, plain } = context;
    checkMain(context, 1);
    const x = input(0);
    const length = shape(x).at(-1);
    if (typeof length !== "number" || length > 2048)
      throw new UnsupportedError("the length of its diagonal is not known, or too large");
    const rows = b.op("Unsqueeze", [plain(x), b.i64([-1])]);
    const zero = b.op("Sub", [rows, rows]);
    const value = b.op("Where", [mask(context, length, length), rows, zero]);
    return plainValue(value, rank(x) + 1);
  },
};

const diagonalPart: TfOp = {
  ops: "MatrixDiagPart MatrixDiagPartV2 MatrixDiagPartV3",
  kind: "reshaping",
  lower(context) {
    const { b, input, rank, plain } = context;
    checkMain(context, 1);
    const [rows, columns] = sizeOf(context);
    const x = plain(input(0));
    const length = Math.min(rows, columns);
    const square = b.op("Slice", [x, b.i64([0, 0]), b.i64([length, length]), b.i64([-2, -1])]);
    const kept = b.op("Where", [
      mask(context, length, length),
      square,
      b.op("Sub", [square, square]),
    ]);
    const value = b.op("ReduceSum", [kept, b.i64([-1])], { keepdims: 0 });
    return plainValue(value, rank(input(0)) - 1);
  },
};

const setDiagonal: TfOp = {
  ops: "MatrixSetDiag MatrixSetDiagV2 MatrixSetDiagV3",
  kind: "reshaping",
  lower(context) {
    const { b, input, rank, plain } = context;
    checkMain(context, 2);
    const [rows, columns] = sizeOf(context);
    // Along the shorter axis; what is behind its end is never looked at.
    const along = b.op("Unsqueeze", [plain(input(1)), b.i64([rows <= columns ? -1 : -2])]);
    const value = b.op("Where", [mask(context, rows, columns), along, plain(input(0))]);
    return plainValue(value, rank(input(0)));
  },
};

export const diagonalOps: readonly TfOp[] = [diagonal, diagonalPart, setDiagonal];
