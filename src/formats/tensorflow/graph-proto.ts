import { StriateError } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, arrayFromBytes, bytesPerElement, castTo, tensor } from "../../base/tensor.ts";
import { type TfAttribute, type TfNode, typeOfTf } from "./graph-def.ts";
import { type WireField, wireFields, wireInts, wireReals, wireText } from "./wire.ts";

/** A repeated number may stand for so many elements; no file has more without their bytes. */
const MOST_REPEATED = 1 << 24;

/**
 * The nodes of a GraphDef in protobuf's binary form, as a frozen `.pb` has it.
 *
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/graph.proto
 */
export function parseGraphProto(bytes: Uint8Array): TfNode[] {
  const nodes: TfNode[] = [];
  for (const field of wireFields(bytes)) {
    if (field.number === 1) nodes.push(nodeFrom(field.bytes));
    if (field.number === 2 && hasFunctions(field.bytes))
      throw new StriateError(
        "the graph has functions (TensorFlow 2), which are not read; convert it with tf2onnx, or save the model as .keras",
      );
  }
  return nodes;
}

const hasFunctions = (library: Uint8Array): boolean =>
  [...wireFields(library)].some(({ number }) => number === 1);

function nodeFrom(bytes: Uint8Array): TfNode {
  const node: TfNode = { name: "", op: "", inputs: [], attributes: {} };
  const attributes: [string, TfAttribute][] = [];
  for (const field of wireFields(bytes)) {
    if (field.number === 1) node.name = wireText(field);
    if (field.number === 2) node.op = wireText(field);
    if (field.number === 3) node.inputs.push(wireText(field));
    if (field.number === 5) {
      const entry = [...wireFields(field.bytes)];
      const key = entry.find(({ number }) => number === 1);
      const value = entry.find(({ number }) => number === 2);
      if (key && value) attributes.push([wireText(key), attributeFrom(value.bytes)]);
    }
  }
  return { ...node, attributes: Object.fromEntries(attributes) };
}

function attributeFrom(bytes: Uint8Array): TfAttribute {
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
        attribute.tensor = maybeTensor(field.bytes);
        break;
    }
  return attribute;
}

function listFrom(bytes: Uint8Array): NonNullable<TfAttribute["list"]> {
  const list = { s: [] as string[], i: [] as number[], f: [] as number[] };
  for (const field of wireFields(bytes)) {
    if (field.number === 2) list.s.push(wireText(field));
    if (field.number === 3) list.i.push(...wireInts(field));
    if (field.number === 4) list.f.push(...wireReals(field, 4));
  }
  return list;
}

function shapeFrom(bytes: Uint8Array): (number | null)[] | null {
  const shape: (number | null)[] = [];
  for (const field of wireFields(bytes)) {
    if (field.number === 3 && field.value !== 0) return null;
    if (field.number !== 2) continue;
    const size = [...wireFields(field.bytes)].find(({ number }) => number === 1)?.value ?? 0;
    shape.push(Number.isSafeInteger(size) && size >= 0 ? size : null);
  }
  return shape;
}

/** A TensorProto; undefined for texts and what else no graph of a CNN computes with. */
function maybeTensor(bytes: Uint8Array): Tensor | undefined {
  let code = 0;
  let shape: readonly (number | null)[] | null = [];
  let content: Uint8Array | undefined;
  const values: number[] = [];
  for (const field of wireFields(bytes)) {
    if (field.number === 1) code = field.value;
    if (field.number === 2) shape = shapeFrom(field.bytes);
    if (field.number === 4) content = field.bytes;
    values.push(...numbersFrom(field));
  }
  const type = typeOfTf(code);
  if (type === "string" || !shape?.every((length) => length !== null)) return undefined;
  const lengths = shape as readonly number[];
  const size = sizeOf(lengths);
  if (content && content.length > 0) {
    if (content.length !== size * bytesPerElement(type))
      throw new StriateError(
        `a constant of shape [${lengths.join(", ")}] needs ${size * bytesPerElement(type)} bytes, the file has ${content.length}`,
      );
    return tensor(type, lengths, arrayFromBytes(type, content));
  }
  if (size > MOST_REPEATED)
    throw new StriateError(`a constant of shape [${lengths.join(", ")}] has no data in the file`);
  // A shorter list goes on with its last number; an empty one stands for zeros.
  const numbers = Float64Array.from(
    { length: size },
    (_, i) => values[Math.min(i, values.length - 1)] ?? 0,
  );
  return castTo(tensor("float64", lengths, numbers), type);
}

/** The typed fields of TensorProto. */
function numbersFrom(field: WireField): number[] {
  if (field.number === 5) return wireReals(field, 4);
  if (field.number === 6) return wireReals(field, 8);
  return [7, 10, 11, 16, 17].includes(field.number) ? wireInts(field) : [];
}
