import type { Budget } from "../../base/budget.ts";
import { StriateError } from "../../base/errors.ts";
import { describe } from "../../base/fields.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, arrayFromBytes, bytesPerElement, tensor } from "../../base/tensor.ts";
import { type Json, isObject, listOf, objectOf, textOf } from "../keras/json.ts";
import { type TfAttribute, type TfFunction, type TfNode, typeOfTf } from "./graph-def.ts";
import { repeatedTensor } from "./repeated-tensor.ts";

/**
 * The nodes of a GraphDef in protobuf's JSON form, as TF.js keeps it, and its functions. Old converters wrote
 * enums as numbers and texts as lists of bytes, newer ones names and base64.
 */
export function parseGraphJson(
  topology: Json,
  budget: Budget,
): { nodes: TfNode[]; functions: TfFunction[] } {
  const library = isObject(topology.library) ? topology.library : {};
  return {
    nodes: nodesFrom(topology.node, budget),
    functions: listOf(library.function ?? [], "modelTopology.library.function").map((entry) =>
      functionFrom(objectOf(entry, "a function of modelTopology"), budget),
    ),
  };
}

/** A FunctionDef: its signature says the order of what its table of results names. */
function functionFrom({ signature, nodeDef, ret }: Json, budget: Budget): TfFunction {
  const { name: named, inputArg, outputArg } = objectOf(signature, "the signature of a function");
  const name = textOf(named, "the name of a function");
  const namesOf = (args: unknown) =>
    listOf(args ?? [], `the arguments of "${name}"`).map((each) =>
      textOf(objectOf(each, `an argument of "${name}"`).name, `an argument of "${name}"`),
    );
  const results = isObject(ret) ? ret : {};
  return {
    name,
    inputs: namesOf(inputArg),
    outputs: namesOf(outputArg).map((output) =>
      textOf(
        Object.hasOwn(results, output) ? results[output] : undefined,
        `the output "${output}" of "${name}"`,
      ),
    ),
    nodes: nodesFrom(nodeDef ?? [], budget),
  };
}

function nodesFrom(list: unknown, budget: Budget): TfNode[] {
  return listOf(list, "modelTopology.node").map((entry) => {
    const node = objectOf(entry, "a node of modelTopology");
    const name = textOf(node.name, "the name of a node");
    const attributes = isObject(node.attr) ? node.attr : {};
    return {
      name,
      op: textOf(node.op, `the op of node "${name}"`),
      inputs: listOf(node.input ?? [], `the inputs of node "${name}"`).map((input) =>
        textOf(input, `an input of node "${name}"`),
      ),
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [key, attributeFrom(value, budget)]),
      ),
    };
  });
}

function attributeFrom(value: unknown, budget: Budget): TfAttribute {
  if (!isObject(value)) return {};
  const { s, i, f, b, type, shape, list, func } = value;
  const attribute: TfAttribute = {};
  if (s !== undefined) attribute.s = textFrom(s);
  if (i !== undefined) attribute.i = wholeNumber(i);
  if (f !== undefined) attribute.f = realNumber(f);
  if (typeof b === "boolean") attribute.b = b;
  if (type !== undefined) attribute.type = typeFrom(type);
  if (isObject(shape)) attribute.shape = shapeFrom(shape);
  if (isObject(func)) attribute.func = functionName(func);
  const constant = isObject(value.tensor) ? maybeTensor(value.tensor, budget) : undefined;
  if (constant) attribute.tensor = constant;
  if (isObject(list))
    attribute.list = {
      s: Array.isArray(list.s) ? list.s.map(textFrom) : [],
      i: Array.isArray(list.i) ? list.i.map(wholeNumber) : [],
      f: Array.isArray(list.f) ? list.f.map(realNumber) : [],
      func: Array.isArray(list.func) ? list.func.map(functionName) : [],
    };
  return attribute;
}

const functionName = (func: unknown): string =>
  isObject(func) && typeof func.name === "string" ? func.name : "";

/** 64-bit numbers stand in JSON as texts. */
function wholeNumber(value: unknown): number {
  const number = typeof value === "string" || typeof value === "number" ? Number(value) : NaN;
  if (Number.isInteger(number)) return number;
  throw new StriateError(`an attribute should be a whole number, got ${describe(value)}`);
}

function realNumber(value: unknown): number {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  throw new StriateError(`an attribute should be a number, got ${describe(value)}`);
}

/** A shape; a length of -1, or a dimension without a size, is not known. */
export function shapeFrom({ dim, unknownRank }: Json): (number | null)[] | null {
  if (unknownRank === true) return null;
  return (Array.isArray(dim) ? dim : []).map((each: unknown) => {
    const size = isObject(each) ? Number(each.size ?? 0) : NaN;
    return Number.isSafeInteger(size) && size >= 0 ? size : null;
  });
}

/** A constant that stands in the graph itself; TF.js moves most of them into the weight files. */
function maybeTensor(proto: Json, budget: Budget): Tensor | undefined {
  const type = typeOfTf(typeFrom(proto.dtype));
  if (type === "string") return undefined;
  const shape = isObject(proto.tensorShape) ? shapeFrom(proto.tensorShape) : [];
  if (!shape?.every((length) => length !== null)) return undefined;
  const size = sizeOf(shape as number[]);
  if (typeof proto.tensorContent === "string") {
    const bytes = Uint8Array.from(fromBase64(proto.tensorContent), (c) => c.charCodeAt(0));
    return size * bytesPerElement(type) === bytes.length
      ? tensor(type, shape as number[], arrayFromBytes(type, bytes))
      : undefined;
  }
  const lists = [
    "floatVal",
    "doubleVal",
    "intVal",
    "int64Val",
    "boolVal",
    "uint32Val",
    "uint64Val",
  ];
  const values = lists.map((key) => proto[key]).find((v) => Array.isArray(v) && v.length > 0);
  if (!Array.isArray(values)) return undefined;
  return repeatedTensor(type, shape as number[], values.map(Number), budget);
}

const typeNames: Readonly<Record<string, number>> = {
  DT_FLOAT: 1,
  DT_DOUBLE: 2,
  DT_INT32: 3,
  DT_UINT8: 4,
  DT_INT16: 5,
  DT_INT8: 6,
  DT_STRING: 7,
  DT_INT64: 9,
  DT_BOOL: 10,
  DT_HALF: 19,
};

const typeFrom = (type: unknown): number =>
  typeof type === "string" ? (typeNames[type] ?? 0) : Number(type);

/** Bytes as base64, or as a list of numbers. */
function textFrom(value: unknown): string {
  if (Array.isArray(value)) return value.map((code) => String.fromCharCode(Number(code))).join("");
  return typeof value === "string" ? fromBase64(value) : "";
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function fromBase64(text: string): string {
  let result = "";
  let bits = 0;
  let count = 0;
  for (const letter of text) {
    const value = alphabet.indexOf(letter);
    if (value < 0) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    result += String.fromCharCode((bits >> count) & 0xff);
  }
  return result;
}
