import { StriateError } from "../../base/errors.ts";
import { type Field, type MessageSchema, type Scalar, create, unknownFields } from "./message.ts";

/** How deep messages may lie in one another: an If in an If in an If takes 12. */
const deepest = 100;

const utf8 = new TextDecoder();

/** Wire types: how long a field is. */
const [varint, eightBytes, delimited, fourBytes] = [0, 1, 2, 5];

/**
 * A message of a file. Byte fields are views of `bytes`, not copies; the last of several values of one
 * field counts, messages are merged.
 *
 * @throws StriateError where a part would end behind the file, or lies too deep
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export const readMessage = <T extends object>(schema: MessageSchema<T>, bytes: Uint8Array): T =>
  new Reader(bytes).message(schema, create(schema), bytes.length, 0);

type Made = Record<string, unknown> & { [unknownFields]?: Uint8Array[] };

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  message<T extends object>(schema: MessageSchema<T>, into: T, end: number, depth: number): T {
    if (depth > deepest)
      throw new StriateError(`its parts lie more than ${deepest} deep in one another`);
    const made = into as unknown as Made;
    while (this.#at < end) {
      const start = this.#at;
      const tag = this.#low();
      const [number, wire] = [tag >>> 3, tag & 7];
      const field = schema.byNumber[number];
      if (field && this.#fits(field, wire)) this.#field(made, field, wire, depth);
      else {
        this.#skip(wire);
        (made[unknownFields] ??= []).push(this.#bytes.subarray(start, this.#at));
      }
    }
    if (this.#at > end) cutOff();
    return into;
  }

  #fits({ type, many }: Field, wire: number): boolean {
    const own = typeof type === "string" ? wireOf(type) : delimited;
    return wire === own || (many && wire === delimited && own !== delimited);
  }

  #field(made: Made, field: Field & { name: string }, wire: number, depth: number): void {
    const { name, type, many, oneOf } = field;
    if (typeof type === "string") {
      if (!many) return put(made, field, this.#scalar(type));
      const list = made[name] as unknown[];
      if (wire === wireOf(type)) return void list.push(this.#scalar(type));
      const end = this.#end();
      while (this.#at < end) list.push(this.#scalar(type));
      if (this.#at > end) cutOff();
      return;
    }
    const schema = type();
    const end = this.#end();
    const before = many
      ? undefined
      : oneOf === undefined
        ? made[name]
        : (made[oneOf] as { case?: string; value?: unknown }).case === name
          ? (made[oneOf] as { value: unknown }).value
          : undefined;
    const inner = this.message(
      schema,
      (before as object | undefined) ?? create(schema),
      end,
      depth + 1,
    );
    if (many) (made[name] as unknown[]).push(inner);
    else put(made, field, inner);
  }

  #scalar(type: Scalar): unknown {
    switch (type) {
      case "int32":
        return this.#low() | 0;
      case "int64":
        return BigInt.asIntN(64, this.#long());
      case "uint64":
        return this.#long();
      case "float":
        return this.#view.getFloat32(this.#take(4), true);
      case "double":
        return this.#view.getFloat64(this.#take(8), true);
      case "bytes":
      case "string": {
        const end = this.#end();
        const bytes = this.#bytes.subarray(this.#at, end);
        this.#at = end;
        return type === "bytes" ? bytes : utf8.decode(bytes);
      }
    }
  }

  #skip(wire: number): void {
    if (wire === varint) this.#long();
    else if (wire === delimited) this.#at = this.#end();
    else if (wire === eightBytes || wire === fourBytes) this.#take(wire === eightBytes ? 8 : 4);
    else damaged();
  }

  /** Where what begins here ends, by the length before it. */
  #end(): number {
    const length = this.#low();
    if (length > this.#bytes.length - this.#at) cutOff();
    return this.#at + length;
  }

  #take(length: number): number {
    if (length > this.#bytes.length - this.#at) cutOff();
    this.#at += length;
    return this.#at - length;
  }

  #byte(): number {
    if (this.#at >= this.#bytes.length) cutOff();
    return this.#bytes[this.#at++]!;
  }

  /** The lower 32 bits of a number. */
  #low(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    this.#at--;
    let low = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      if (shift < 32) low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return low >>> 0;
    }
    return damaged();
  }

  /** A number of 64 bits. */
  #long(): bigint {
    let [low, high] = [0, 0];
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      // Seven bits each: four bytes in the lower half, the fifth in both.
      if (i < 5) low |= (byte & 0x7f) << (7 * i);
      if (i === 4) high = (byte & 0x7f) >> 4;
      else if (i > 4) high |= (byte & 0x7f) << (7 * i - 32);
      if (byte < 0x80)
        return high === 0 ? BigInt(low >>> 0) : (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    }
    return damaged();
  }
}

const wireOf = (type: Scalar): number =>
  type === "bytes" || type === "string"
    ? delimited
    : type === "float"
      ? fourBytes
      : type === "double"
        ? eightBytes
        : varint;

function put(made: Made, { name, oneOf }: Field & { name: string }, value: unknown): void {
  if (oneOf === undefined) made[name] = value;
  else made[oneOf] = { case: name, value };
}

function cutOff(): never {
  throw new StriateError("it is cut off or damaged; get a whole copy of it");
}

function damaged(): never {
  throw new StriateError("it is damaged; get a whole copy of it");
}
