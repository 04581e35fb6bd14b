import { sizeOf } from "../../base/shape.ts";
import { arrayFromBytes, toNumbers } from "../../base/tensor.ts";
import { type Cursor, damaged, textOf } from "./cursor.ts";
import { readDataspace } from "./dataspace.ts";
import { type Datatype, readDatatype } from "./datatype.ts";
import { readHeapObject } from "./global-heap.ts";
import { messageType, readObjectHeader } from "./object-header.ts";
import { toLittleEndian } from "./byte-order.ts";

/**
 * The value of an attribute. Texts are texts however the file holds them: of fixed or any length, as
 * bytes or UTF-8. A scalar is a single value, anything else a flat list. Undefined where the file
 * holds nothing, or something that no Keras writes.
 */
export type AttributeValue = string | number | string[] | number[] | undefined;

const utf8 = new TextDecoder("utf-8");

/**
 * Reads an attribute message.
 *
 * Source: HDF5 File Format Specification 3.0, IV.A.2.m
 */
export function readAttribute(
  file: Cursor,
  body: Cursor,
): { name: string; value(): AttributeValue } {
  const version = body.u8();
  if (version < 1 || version > 3) damaged(`an attribute has version ${version}`);
  const flags = body.u8();
  const sizes = [body.u16(), body.u16(), body.u16()] as const;
  if (version === 3) body.skip(1); // character set of the name
  const part = (size: number): Cursor => {
    const start = body.at;
    const piece = body.part(size);
    if (version === 1) body.align8(start);
    return piece;
  };
  const name = part(sizes[0]).text(sizes[0]);
  const typePart = part(sizes[1]);
  const spacePart = part(sizes[2]);
  const data = body.part(body.left);
  return {
    name,
    value() {
      const start = typePart.from(0);
      const type = readDatatype(version > 1 && flags & 1 ? named(file, start) : start);
      const shape = readDataspace(spacePart.from(0))?.shape;
      if (shape === undefined) return undefined;
      const values = readValues(file, data.from(0), type, sizeOf(shape));
      return shape.length === 0 ? values?.[0] : values;
    },
  };
}

/** A datatype that stands elsewhere under a name of its own. */
function named(file: Cursor, reference: Cursor): Cursor {
  reference.skip(2);
  const header = readObjectHeader(file, reference.address("a datatype"));
  const message = header.find(({ type }) => type === messageType.datatype);
  return message?.body ?? damaged("a datatype is not where it should be");
}

function readValues(
  file: Cursor,
  data: Cursor,
  type: Datatype,
  count: number,
): string[] | number[] | undefined {
  // Before an array is made for them: do the values fit into the file?
  if (type.size === 0 || count * type.size > data.left) {
    if (count === 0) return [];
    damaged("an attribute's value is longer than the attribute");
  }
  switch (type.kind) {
    case "number": {
      const bytes = toLittleEndian(data.take(count * type.size), type);
      return toNumbers({
        type: type.type,
        shape: [count],
        data: arrayFromBytes(type.type, bytes),
      });
    }
    case "text":
      // bounded: the values fit into the attribute, as was checked
      return Array.from({ length: count }, () => {
        const text = textOf(data.take(type.size));
        return type.padding === "blanks" ? text.trimEnd() : text;
      });
    case "variable-text":
      // bounded: as above
      return Array.from({ length: count }, () => {
        const bytes = readHeapObject(file, data.part(type.size));
        const end = bytes.indexOf(0);
        return utf8.decode(end < 0 ? bytes : bytes.subarray(0, end));
      });
    case "other":
      return undefined;
  }
}
