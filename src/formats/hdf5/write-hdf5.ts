import { StriateError } from "../../base/errors.ts";
import { type NumericType, type Tensor, bytesOf } from "../../base/tensor.ts";
import { GlobalHeapWriter } from "./global-heap-writer.ts";
import { HdfBytes } from "./hdf-bytes.ts";
import { leafEntries, nodeEntries, writeLinks } from "./write-links.ts";

/** A group that is to be written: attributes, and what lies in it, by name. */
export interface GroupToWrite {
  attributes?: Readonly<Record<string, AttributeToWrite>>;
  children: ReadonlyMap<string, GroupToWrite | Tensor>;
}

/** An attribute: text of any length, a list of texts, or a whole number. */
export type AttributeToWrite = string | readonly string[] | number;

/**
 * The bytes of an HDF5 file. It has the oldest form (superblock 0, symbol tables, version 1 headers),
 * as h5py writes it by default, so that every reader of HDF5 takes it. Datasets lie in one piece,
 * aligned to 8 bytes; texts are variable-length UTF-8, lists of texts have a fixed width.
 *
 * Source: HDF5 File Format Specification 3.0
 *
 * @throws StriateError when an attribute is larger than HDF5 allows (64 kB)
 */
export function writeHdf5(root: GroupToWrite): Uint8Array {
  const file = new HdfBytes();
  const superblock = file.reserve(96);
  const heap = new GlobalHeapWriter(file, textsOf(root));
  const { header, tree, names } = writeGroup(file, root, heap);
  superblock
    .bytes([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])
    .bytes([0, 0, 0, 0, 0, 8, 8, 0]) // versions; addresses and lengths of 8 bytes
    .u16(leafEntries / 2)
    .u16(nodeEntries / 2)
    .u32(0) // flags
    .u64(0) // the file begins at its first byte
    .nowhere() // free space
    .u64(file.end)
    .nowhere() // driver information
    .u64(0) // the root's name
    .u64(header)
    .u32(1) // what follows is kept here too: the tree and the names of the root
    .u32(0)
    .u64(tree)
    .u64(names);
  return file.joined();
}

interface WrittenGroup {
  header: number;
  tree: number;
  names: number;
}

function writeGroup(file: HdfBytes, group: GroupToWrite, heap: GlobalHeapWriter): WrittenGroup {
  const entries = [...group.children].map(([name, child]) => {
    if (name === "" || name.includes("/"))
      throw new StriateError(`"${name}" cannot be a name in an HDF5 file`);
    if (isTensor(child)) return { name, header: writeDataset(file, child) };
    return { name, ...writeGroup(file, child, heap) };
  });
  const { tree, names } = writeLinks(file, entries);
  const symbolTable = new HdfBytes().u64(tree).u64(names).joined();
  const messages: Message[] = [{ type: 0x11, body: symbolTable }];
  for (const [name, value] of Object.entries(group.attributes ?? {}))
    messages.push({ type: 0x0c, body: attributeMessage(name, value, heap) });
  return { header: writeHeader(file, messages), tree, names };
}

const isTensor = (child: GroupToWrite | Tensor): child is Tensor => "data" in child;

function writeDataset(file: HdfBytes, tensor: Tensor): number {
  const data = bytesOf(tensor);
  const address = data.length > 0 ? file.append(data) : undefined;
  const layout = new HdfBytes().bytes([3, 1]); // version 3, in one piece
  if (address === undefined) layout.nowhere();
  else layout.u64(address);
  layout.u64(data.length);
  return writeHeader(file, [
    { type: 0x01, body: dataspace(tensor.shape) },
    { type: 0x03, body: numberType(tensor.type) },
    { type: 0x05, body: new Uint8Array([2, 2, 2, 1, 0, 0, 0, 0]) }, // fill value: zero
    { type: 0x08, body: layout.joined() },
  ]);
}

interface Message {
  type: number;
  body: Uint8Array;
}

/** Writes a version 1 object header and returns its address. */
function writeHeader(file: HdfBytes, messages: readonly Message[]): number {
  const size = messages.reduce((sum, { body }) => sum + 8 + padded(body.length), 0);
  const header = new HdfBytes().bytes([1, 0]).u16(messages.length).u32(1).u32(size).u32(0);
  for (const { type, body } of messages) {
    if (padded(body.length) > 0xffff)
      throw new StriateError("an attribute is larger than the 64 kB that HDF5 allows");
    header.u16(type).u16(padded(body.length)).u32(0).bytes(body).align();
  }
  return file.append(header.joined());
}

const padded = (length: number): number => Math.ceil(length / 8) * 8;

function dataspace(shape: readonly number[]): Uint8Array {
  const space = new HdfBytes().bytes([1, shape.length, 0, 0, 0, 0, 0, 0]);
  for (const length of shape) space.u64(length);
  return space.joined();
}

/** Sign bit, exponent place and size, mantissa size, bias of the IEEE formats. */
const floats: Readonly<Record<string, readonly [number, number, number, number, number]>> = {
  float16: [15, 10, 5, 10, 15],
  float32: [31, 23, 8, 23, 127],
  float64: [63, 52, 11, 52, 1023],
};

function numberType(type: Tensor["type"]): Uint8Array {
  const float = floats[type];
  if (float) {
    const [sign, exponentAt, exponentBits, mantissaBits, bias] = float;
    return new HdfBytes()
      .bytes([0x11, 0x20, sign, 0])
      .u32((sign + 1) / 8)
      .u16(0)
      .u16(sign + 1)
      .bytes([exponentAt, exponentBits, 0, mantissaBits])
      .u32(bias)
      .joined();
  }
  const bits = integerBits[type as NumericType];
  if (bits === undefined) throw new StriateError(`HDF5 has no type for ${type}`);
  const isSigned = type.startsWith("int");
  return new HdfBytes()
    .bytes([0x10, isSigned ? 8 : 0, 0, 0])
    .u32(bits / 8)
    .u16(0)
    .u16(bits)
    .joined();
}

const integerBits: Partial<Record<NumericType, number>> = {
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
  bool: 8,
};

/** Variable-length text, UTF-8: a list of bytes. */
const variableText = new HdfBytes()
  .bytes([0x19, 1, 1, 0])
  .u32(16)
  .bytes(numberType("uint8"))
  .joined();

function attributeMessage(
  name: string,
  value: AttributeToWrite,
  heap: GlobalHeapWriter,
): Uint8Array {
  if (typeof value === "number")
    return attribute(name, numberType("int64"), [], new HdfBytes().u64(value).joined());
  if (typeof value === "string") return attribute(name, variableText, [], heap.reference(value));
  const texts = value.map((text) => new TextEncoder().encode(text));
  const width = Math.max(1, ...texts.map((text) => text.length));
  const data = new Uint8Array(width * texts.length);
  texts.forEach((text, i) => data.set(text, i * width));
  // Padded with zeros; UTF-8 in fixed width is called bytes, as h5py does.
  const type = new HdfBytes().bytes([0x13, 1, 0, 0]).u32(width).joined();
  return attribute(name, type, [texts.length], data);
}

function attribute(
  name: string,
  type: Uint8Array,
  shape: readonly number[],
  data: Uint8Array,
): Uint8Array {
  const text = new TextEncoder().encode(`${name}\0`);
  const space = dataspace(shape);
  return new HdfBytes()
    .bytes([1, 0])
    .u16(text.length)
    .u16(type.length)
    .u16(space.length)
    .bytes(text)
    .align()
    .bytes(type)
    .align()
    .bytes(space)
    .align()
    .bytes(data)
    .joined();
}

/** Every text that goes to the global heap. */
function* textsOf(group: GroupToWrite): Generator<string> {
  for (const value of Object.values(group.attributes ?? {}))
    if (typeof value === "string") yield value;
  for (const child of group.children.values()) if (!isTensor(child)) yield* textsOf(child);
}
