import { fromBfloat16, fromFloat16 } from "../../base/float16.ts";
import type { Budget } from "../../base/budget.ts";
import { StriateError, UnsupportedError } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, arrayFromBytes, bytesPerElement, tensor } from "../../base/tensor.ts";
import { type TfAttribute, type TfFunction, type TfNode, typeOfTf } from "./graph-def.ts";
import { repeatedTensor } from "./repeated-tensor.ts";
import {
  type WireField,
  wireEntry,
  wireField,
  wireFields,
  wireInts,
  wireReals,
  wireText,
} from "./wire.ts";

/**
 * The nodes of a GraphDef in protobuf's binary form, as a frozen `.pb` has it, and its functions.
 *
 * @param budget of the file that the graph is a part of
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/graph.proto
 */
export function parseGraphProto(
  bytes: Uint8Array,
  budget: Budget,
): { nodes: TfNode[]; functions: TfFunction[] } {
  const nodes: TfNode[] = [];
  const functions: TfFunction[] = [];
  for (const field of wireFields(bytes)) {
    if (field.number === 1) nodes.push(nodeFrom(field.bytes, budget));
    if (field.number !== 2) continue;
    for (const entry of wireFields(field.bytes))
      if (entry.number === 1) functions.push(functionFrom(entry.bytes, budget));
  }
  return { nodes, functions };
}

/** A FunctionDef: its signature says the order of what its table of results names. */
function functionFrom(bytes: Uint8Array, budget: Budget): TfFunction {
  const made: TfFunction = { name: "", inputs: [], outputs: [], nodes: [] };
  const results = new Map<string, string>();
  const outputs: string[] = [];
  for (const field of wireFields(bytes)) {
    if (field.number === 3) made.nodes.push(nodeFrom(field.bytes, budget));
    if (field.number === 4) {
      const entry = [1, 2].map((number) => wireField(field.bytes, number));
      if (entry[0] && entry[1]) results.set(wireText(entry[0]), wireText(entry[1]));
    }
    if (field.number !== 1) continue;
    for (const part of wireFields(field.bytes)) {
      if (part.number === 1) made.name = wireText(part);
      const name = part.number === 2 || part.number === 3 ? wireField(part.bytes, 1) : undefined;
      if (name) (part.number === 2 ? made.inputs : outputs).push(wireText(name));
    }
  }
  made.outputs = outputs.map((name) => {
    const result = results.get(name);
    if (result === undefined)
      throw new StriateError(`the function "${made.name}" does not make its output "${name}"`);
    return result;
  });
  return made;
}

function nodeFrom(bytes: Uint8Array, budget: Budget): TfNode {
  const node: TfNode = { name: "", op: "", inputs: [], attributes: {} };
  const attributes: [string, TfAttribute][] = [];
  for (const field of wireFields(bytes)) {
    if (field.number === 1) node.name = wireText(field);
    if (field.number === 2) node.op = wireText(field);
    if (field.number === 3) node.inputs.push(wireText(field));
    if (field.number === 5) {
      const entry = wireEntry(field);
      if (entry) attributes.push([entry[0], attributeFrom(entry[1], budget)]);
    }
  }
  return { ...node, attributes: Object.fromEntries(attributes) };
}

function attributeFrom(bytes: Uint8Array, budget: Budget): TfAttribute {
  const attribute: TfAttribute = {};
  for (const field of wireFields(bytes))
    switch (field.number) {
      case 1:
        attribute.list = listFrom(field.bytes);
        break;
      case 2:
        attribute.s = wireText(field);
        break;
      case 3:
        attribute.i = field.value;
        break;
      case 4:
        attribute.f = field.value;
        break;
      case 5:
        attribute.b = field.value !== 0;
        break;
      case 6:
        attribute.type = field.value;
        break;
      case 7:
        attribute.shape = shapeFrom(field.bytes);
        break;
      case 8:
        attribute.tensor = knownTensor(field.bytes, budget);
        break;
      case 10:
        attribute.func = functionName(field.bytes);
        break;
    }
  return attribute;
}

/** The name in a NameAttrList. */
function functionName(bytes: Uint8Array): string {
  const name = wireField(bytes, 1);
  return name ? wireText(name) : "";
}

function listFrom(bytes: Uint8Array): NonNullable<TfAttribute["list"]> {
  const list = { s: [] as string[], i: [] as number[], f: [] as number[], func: [] as string[] };
  for (const field of wireFields(bytes)) {
    if (field.number === 2) list.s.push(wireText(field));
    if (field.number === 3) list.i = list.i.concat(wireInts(field));
    if (field.number === 4) list.f = list.f.concat(wireReals(field, 4));
    if (field.number === 9) list.func.push(functionName(field.bytes));
  }
  return list;
}

/** A TensorShapeProto; null where the rank, or a length, is not known. */
export function shapeFrom(bytes: Uint8Array): (number | null)[] | null {
  const shape: (number | null)[] = [];
  for (const field of wireFields(bytes)) {
    if (field.number === 3 && field.value !== 0) return null;
    if (field.number !== 2) continue;
    const size = wireField(field.bytes, 1)?.value ?? 0;
    shape.push(Number.isSafeInteger(size) && size >= 0 ? size : null);
  }
  return shape;
}

/** A TensorProto; undefined of an element type that is not known. */
function knownTensor(bytes: Uint8Array, budget: Budget): Tensor | undefined {
  try {
    return maybeTensor(bytes, budget);
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

/** A TensorProto; undefined for what no graph of a CNN computes with. */
function maybeTensor(bytes: Uint8Array, budget: Budget): Tensor | undefined {
  let code = 0;
  let shape: readonly (number | null)[] | null = [];
  let content: Uint8Array | undefined;
  const values: number[] = [];
  const texts: string[] = [];
  /** Bits of half floats. */
  const halves: number[] = [];
  for (const field of wireFields(bytes)) {
    if (field.number === 1) code = field.value;
    if (field.number === 2) shape = shapeFrom(field.bytes);
    if (field.number === 4) content = field.bytes;
    if (field.number === 8) texts.push(wireText(field));
    for (const number of numbersFrom(field)) values.push(number);
    if (field.number === 13) for (const bits of wireInts(field)) halves.push(bits);
  }
  const type = typeOfTf(code);
  const half = type === "bfloat16" ? fromBfloat16 : fromFloat16;
  for (const bits of halves) values.push(half(bits & 0xffff));
  if (!shape?.every((length) => length !== null)) return undefined;
  const lengths = shape as readonly number[];
  const size = sizeOf(lengths);
  if (type === "string") return size === texts.length ? tensor(type, lengths, texts) : undefined;
  if (content && content.length > 0) {
    if (content.length !== size * bytesPerElement(type))
      throw new StriateError(
        `a constant of shape [${lengths.join(", ")}] needs ${size * bytesPerElement(type)} bytes, the file has ${content.length}`,
      );
    return tensor(type, lengths, arrayFromBytes(type, content));
  }
  return repeatedTensor(type, lengths, values, budget);
}

/** The typed fields of TensorProto. */
function numbersFrom(field: WireField): number[] {
  if (field.number === 5) return wireReals(field, 4);
  if (field.number === 6) return wireReals(field, 8);
  return [7, 10, 11, 16, 17].includes(field.number) ? wireInts(field) : [];
}
