import type { LayerKind } from "../../layers/define-layer.ts";
import type { TfContext, TfValue } from "../tensorflow/define-op.ts";
import type { TfAttribute } from "../tensorflow/graph-def.ts";
import { findTfOp } from "../tensorflow/ops/index.ts";
import type { FlatTable } from "./flat-table.ts";

type Attributes = Record<string, TfAttribute>;

/** How ops of TFLite become nodes. What they fuse, and the codes of their results, come behind. */
export interface TfliteOp {
  /** Names, with spaces between them. */
  ops: string;
  kind: LayerKind;
  /** The op of TensorFlow that does the same. */
  tensorflow?: string;
  /** Attributes by the names that TensorFlow gives them; the table is the op's own. */
  options?(options: FlatTable): Attributes;
  /** Whole numbers that TensorFlow's op takes as inputs, where TFLite keeps them among the options. */
  constants?(options: FlatTable | undefined, inputs: number): number[][];
  /** Whether its kernel for codes rounds a half away from the code 0, and meets halves often. */
  roundsAway?: boolean;
  lower(context: TfContext): TfValue | TfValue[];
}

/** Lowers a node as an op of TensorFlow, whose inputs and attributes are the same. */
export const as =
  (op: string): TfliteOp["lower"] =>
  (context) =>
    findTfOp(op)!.lower({ ...context, node: { ...context.node, op } });

/** `CONV_2D` and the op of TensorFlow that does the same, `Conv2D`. */
export const alike = (
  kind: LayerKind,
  pairs: Readonly<Record<string, string>>,
  options?: TfliteOp["options"],
): TfliteOp[] =>
  Object.entries(pairs).map(([ops, op]) => ({
    ops,
    kind,
    tensorflow: op,
    lower: as(op),
    ...(options ? { options } : {}),
  }));

const fusedNames = ["NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"];

/** The activation that an op applies last. */
export const fused = (options: FlatTable, field: number): Attributes => {
  const code = options.byte(field);
  return code === 0 ? {} : { fused_activation_function: { s: fusedNames[code] ?? String(code) } };
};

/** How a window moves, for each axis of NHWC. */
export const window = (
  padding: number,
  strides: readonly [height: number, width: number],
  more: Readonly<Record<string, readonly [height: number, width: number]>> = {},
): Attributes => {
  const perAxis = ([height, width]: readonly [number, number]): TfAttribute => ({
    list: { i: [1, height, width, 1] },
  });
  const names = Object.entries(more).map(([name, pair]) => [name, perAxis(pair)]);
  return {
    padding: { s: padding === 0 ? "SAME" : "VALID" },
    strides: perAxis(strides),
    ...(Object.fromEntries(names) as Attributes),
  };
};
