import { joinBytes, lengthOf } from "../../base/join-bytes.ts";
import { StriateError, namingSync } from "../../base/errors.ts";
import { fromFloat16s } from "../../base/float16.ts";
import { sizeOf } from "../../base/shape.ts";
import {
  type NumericType,
  type Tensor,
  arrayFromBytes,
  bytesPerElement,
  castTo,
  tensor,
} from "../../base/tensor.ts";
import type { Budget } from "../../base/budget.ts";
import type { OpenSource } from "../open-source.ts";
import { type Json, isObject, listOf, objectOf, textOf } from "../keras/json.ts";

/** An array of a TF.js model. Names may repeat: nested models keep their own. */
export interface NamedArray {
  name: string;
  value: Tensor;
  /** Whether it belongs to the optimizer: TF.js saves its state among the weights. */
  ofOptimizer: boolean;
}

const utf8 = new TextDecoder();

/**
 * The arrays of a `weightsManifest`, in its order, dequantised. The files of a group are joined end to
 * end before arrays are cut out of them, so that an array may lie across two; each group starts anew.
 *
 * @throws StriateError naming a file that is missing, or the array that does not fit into the files
 * @see https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts
 */
export async function readManifest(manifest: unknown, source: OpenSource): Promise<NamedArray[]> {
  const arrays: NamedArray[] = [];
  for (const entry of listOf(manifest, "weightsManifest")) {
    const group = objectOf(entry, "a group of weightsManifest");
    const paths = listOf(group.paths, "paths of weightsManifest").map((path) =>
      textOf(path, "a path of weightsManifest"),
    );
    const parts: Uint8Array[] = [];
    for (const path of paths) parts.push(await source.sibling(path));
    const reader = new GroupReader(joined(parts, source.budget), paths);
    for (const spec of listOf(group.weights, "weights of weightsManifest"))
      arrays.push(reader.next(objectOf(spec, "an array of weightsManifest")));
  }
  return arrays;
}

function joined(parts: readonly Uint8Array[], budget: Budget): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  budget.take(lengthOf(parts), "the list of weight files");
  return joinBytes(parts);
}

/** Cuts arrays out of the bytes of a group, one after the other. */
class GroupReader {
  readonly #bytes: Uint8Array;
  readonly #paths: readonly string[];
  #at = 0;

  constructor(bytes: Uint8Array, paths: readonly string[]) {
    this.#bytes = bytes;
    this.#paths = paths;
  }

  next(spec: Json): NamedArray {
    const name = textOf(spec.name, "the name of an array");
    const value = namingSync(`array "${name}"`, () => this.#read(spec));
    return { name, value, ofOptimizer: spec.group === "optimizer" };
  }

  #read(spec: Json): Tensor {
    const shape = listOf(spec.shape, "shape").map((length) => {
      if (!Number.isSafeInteger(length) || (length as number) < 0)
        throw new StriateError(`the shape ${JSON.stringify(spec.shape)} is impossible`);
      return length as number;
    });
    const size = sizeOf(shape);
    const type = textOf(spec.dtype, "dtype");
    if (type === "string") return this.#strings(shape, size);
    const codes = isObject(spec.quantization) ? spec.quantization : undefined;
    const stored = storedType(codes ? textOf(codes.dtype, "the quantisation's dtype") : type);
    const data = arrayFromBytes(stored, this.#take(size * bytesPerElement(stored)));
    const value = tensor(stored, shape, data);
    if (codes === undefined || stored === "float16") return widened(value);
    return dequantised(value, codes, type);
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (!(end <= this.#bytes.length))
      throw new StriateError(
        `it would end at byte ${end}, and ${this.#paths.join(" + ")} ${this.#paths.length > 1 ? "have" : "has"} ${this.#bytes.length}: ` +
          "the file is cut off, or belongs to another model",
      );
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  /** Each text stands behind its length in four bytes. */
  #strings(shape: readonly number[], size: number): Tensor {
    const texts: string[] = [];
    for (let i = 0; i < size; i++) {
      const [length = 0] = arrayFromBytes("uint32", this.#take(4));
      texts.push(utf8.decode(this.#take(length)));
    }
    return tensor("string", shape, texts);
  }
}

function storedType(type: string): NumericType {
  const known = [
    "float32",
    "float16",
    "int32",
    "uint8",
    "uint16",
    "int16",
    "int8",
    "bool",
  ] as const;
  const found = known.find((name) => name === type);
  if (found === undefined)
    throw new StriateError(
      `the element type "${type}" is not known; known are ${known.join(", ")}`,
    );
  return found;
}

const widened = (value: Tensor): Tensor =>
  value.type === "float16"
    ? tensor("float32", value.shape, fromFloat16s(value.data as Uint16Array))
    : value;

/** `value = code * scale + min`, in double precision as TF.js computes it. */
function dequantised({ shape, data }: Tensor, codes: Json, type: string): Tensor {
  const { scale, min } = codes;
  if (typeof scale !== "number" || typeof min !== "number")
    throw new StriateError("its quantisation has no scale and min");
  const values = Float32Array.from(data as Uint8Array, (code) => code * scale + min);
  const real = tensor("float32", shape, values);
  if (type !== "int32") return real;
  return castTo(tensor("float32", shape, values.map(Math.round)), "int32");
}
