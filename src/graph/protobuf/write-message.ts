import { type Field, type MessageSchema, type Scalar, isSet, unknownFields } from "./message.ts";

const utf8 = new TextEncoder();

/**
 * The bytes of a message: fields in the order of their numbers, those of the file that the schema does not
 * name behind them. What is large is copied once, at the end.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function writeMessage<T extends object>(schema: MessageSchema<T>, value: T): Uint8Array {
  const out = new Writer();
  writeFields(out, schema as MessageSchema<object>, value);
  return out.bytes();
}

/** From so many bytes on a piece is kept apart until the end. */
const large = 1024;

/** Where a message begins, before it is known how long it is. */
interface Start {
  readonly at: number;
  readonly apart: number;
  readonly pieces: number;
}

class Writer {
  #small = new Uint8Array(1024);
  #at = 0;
  /** What lies between the small ones: behind how many of them. */
  readonly #pieces: { at: number; readonly bytes: Uint8Array }[] = [];
  #apart = 0;

  number(value: number): void {
    this.#room(5);
    for (; value > 0x7f; value >>>= 7) this.#small[this.#at++] = (value & 0x7f) | 0x80;
    this.#small[this.#at++] = value;
  }

  long(value: bigint): void {
    if (value >= 0n && value <= 0x7fffffffn) return this.number(Number(value));
    this.#room(10);
    let rest = BigInt.asUintN(64, value);
    for (; rest > 0x7fn; rest >>= 7n) this.#small[this.#at++] = Number(rest & 0x7fn) | 0x80;
    this.#small[this.#at++] = Number(rest);
  }

  real(value: number, width: 4 | 8): void {
    this.#room(width);
    const view = new DataView(this.#small.buffer, this.#at, width);
    if (width === 4) view.setFloat32(0, value, true);
    else view.setFloat64(0, value, true);
    this.#at += width;
  }

  text(value: string): void {
    const start = this.begin();
    this.#room(3 * value.length);
    this.#at += utf8.encodeInto(value, this.#small.subarray(this.#at)).written;
    this.end(start);
  }

  piece(bytes: Uint8Array): void {
    if (bytes.length < large) {
      this.#room(bytes.length);
      this.#small.set(bytes, this.#at);
      this.#at += bytes.length;
      return;
    }
    this.#pieces.push({ at: this.#at, bytes });
    this.#apart += bytes.length;
  }

  /** Begins what is written behind its length; most are shorter than 128 bytes, and their length takes one. */
  begin(): Start {
    const start = { at: this.#at, apart: this.#apart, pieces: this.#pieces.length };
    this.number(0);
    return start;
  }

  end({ at, apart, pieces }: Start): void {
    const length = this.#at - at - 1 + this.#apart - apart;
    const more =
      length < 2 ** 7 ? 0 : length < 2 ** 14 ? 1 : length < 2 ** 21 ? 2 : length < 2 ** 28 ? 3 : 4;
    this.#room(more + 5);
    if (more > 0) {
      this.#small.copyWithin(at + 1 + more, at + 1, this.#at);
      for (let i = pieces; i < this.#pieces.length; i++) this.#pieces[i]!.at += more;
    }
    const end = this.#at + more;
    this.#at = at;
    this.number(length);
    this.#at = end;
  }

  bytes(): Uint8Array {
    // bounded: what is written is in memory already
    const whole = new Uint8Array(this.#at + this.#apart);
    let [from, to] = [0, 0];
    const copy = (end: number) => {
      whole.set(this.#small.subarray(from, end), to);
      to += end - from;
      from = end;
    };
    for (const { at, bytes } of this.#pieces) {
      copy(at);
      whole.set(bytes, to);
      to += bytes.length;
    }
    copy(this.#at);
    return whole;
  }

  #room(length: number): void {
    if (this.#at + length <= this.#small.length) return;
    // bounded: by what is written
    const wider = new Uint8Array(Math.max(2 * this.#small.length, this.#at + length));
    wider.set(this.#small.subarray(0, this.#at));
    this.#small = wider;
  }
}

function writeFields(out: Writer, schema: MessageSchema<object>, value: object): void {
  const made = value as Record<string, unknown> & { [unknownFields]?: Uint8Array[] };
  for (const field of schema.fields) {
    const { name, many, packed, type, oneOf } = field;
    if (many) {
      const list = made[name] as readonly unknown[];
      if (packed && list.length > 0) {
        out.number(tagOf(field, 2));
        const start = out.begin();
        for (const each of list) writeScalar(out, type as Scalar, each);
        out.end(start);
      } else if (!packed) for (const each of list) writeField(out, field, each);
    } else if (oneOf !== undefined) {
      const chosen = made[oneOf] as { case?: string; value?: unknown };
      if (chosen.case === name) writeField(out, field, chosen.value);
    } else if (isSet(made, name) && made[name] !== undefined) writeField(out, field, made[name]);
  }
  for (const bytes of made[unknownFields] ?? []) out.piece(bytes);
}

function writeField(out: Writer, field: Field, value: unknown): void {
  const { type } = field;
  if (typeof type === "string") {
    out.number(tagOf(field, wires[type]));
    return writeScalar(out, type, value);
  }
  out.number(tagOf(field, 2));
  const start = out.begin();
  writeFields(out, type(), value as object);
  out.end(start);
}

function writeScalar(out: Writer, type: Scalar, value: unknown): void {
  switch (type) {
    case "int32":
      return out.long(BigInt(value as number));
    case "int64":
    case "uint64":
      return out.long(value as bigint);
    case "float":
      return out.real(value as number, 4);
    case "double":
      return out.real(value as number, 8);
    case "string":
      return out.text(value as string);
    case "bytes":
      out.number((value as Uint8Array).length);
      return out.piece(value as Uint8Array);
  }
}

/** Wire types. */
const wires: Readonly<Record<Scalar, number>> = {
  ...{ int32: 0, int64: 0, uint64: 0 },
  ...{ double: 1, bytes: 2, string: 2, float: 5 },
};

const tagOf = ({ number }: Field, wire: number): number => (number << 3) | wire;
