import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { StriateError } from "../src/base/errors.ts";
import { type DataType, type Tensor, castTo, tensor, toNumbers } from "../src/base/tensor.ts";
import type { ModelSource, OpenedModel } from "../src/formats/format.ts";
import { onnx } from "../src/formats/onnx.ts";
import { TensorProtoSchema } from "../src/graph/protobuf/onnx-messages.ts";
import { readMessage } from "../src/graph/protobuf/read-message.ts";
import type { Graph } from "../src/graph/graph.ts";
import { tensorFrom } from "../src/graph/protobuf/read-tensor.ts";
import { writeOnnx } from "../src/graph/protobuf/write.ts";
import type { Network } from "../src/model/network.ts";
import { type NpzArray, readNpz } from "./npz.ts";

/** A file on disk as the readers get it. */
export function sourceOf(path: string): ModelSource {
  const name = basename(path);
  return {
    name,
    bytes: readFileSync(path),
    sibling: (other) =>
      readFile(join(dirname(path), other)).catch(() => {
        throw new StriateError(`${name}: "${other}" is missing beside it`);
      }),
  };
}

export const openOnnx = (path: string): Promise<OpenedModel> => onnx.read(sourceOf(path));

/** A graph as if it came from a file. */
export async function onnxNetwork(graph: Graph, name = "test.onnx"): Promise<Network> {
  const bytes = writeOnnx(graph);
  return (await onnx.read({ name, bytes, sibling: () => Promise.reject(new StriateError(name)) }))
    .network;
}

/** The arrays of an `.npz`. */
export const arraysOf = (path: string): Record<string, NpzArray> => readNpz(readFileSync(path));

export const asTensor = ({ shape, data }: NpzArray, type: DataType = "float32"): Tensor =>
  castTo(tensor("float64", shape, data), type as "float32");

/** A TensorProto file, as ONNX' own tests keep inputs and outputs. */
export const readTensorFile = (path: string): Tensor =>
  tensorFrom(readMessage(TensorProtoSchema, readFileSync(path)));

/** The largest difference, relative to the wanted value where that is above 1; NaN equals NaN. */
export function largestDifference(got: Tensor, want: Tensor | NpzArray): number {
  const a = toNumbers(got);
  const b = "type" in want ? toNumbers(want) : [...want.data];
  if (a.length !== b.length) return Infinity;
  return a.reduce((worst, value, i) => {
    const wanted = b[i]!;
    if (Object.is(value, wanted) || value === wanted) return worst;
    const difference = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted));
    return difference > worst || Number.isNaN(difference) ? difference : worst;
  }, 0);
}
