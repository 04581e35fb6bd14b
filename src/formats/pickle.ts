import { StriateError } from "../base/errors.ts";

/**
 * A value of a Python pickle. Objects are never made: a call or a class stays a record of what was to
 * be called, so that data can be found in it and nothing can happen.
 */
export type Pickled =
  null | boolean | number | string | Uint8Array | Pickled[] | Map<Pickled, Pickled> | PickledObject;

/** What a pickle would have called, with what arguments, and the state it would have been given. */
export interface PickledObject {
  /** `numpy.ndarray`; of a call, what is called. */
  global: string;
  /** What it was called on, where that is more than a name (a partial function). */
  called?: PickledObject;
  args?: Pickled[];
  state?: Pickled;
}

const mark = Symbol("mark");
type Slot = Pickled | typeof mark;

/**
 * Reads a pickle of protocol 2 to 5 as inert data. Of the opcodes only those are known that plain data
 * and NumPy arrays need; whatever else comes is refused.
 *
 * Source: CPython's Lib/pickletools.py
 */
export function readPickle(bytes: Uint8Array): Pickled {
  return new PickleReader(bytes).read();
}

class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, Slot>();
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): Pickled {
    for (;;) {
      const code = this.#u8();
      if (code === 0x2e) return this.#pop(); // STOP
      this.#run(code);
    }
  }

  #run(code: number): void {
    const stack = this.#stack;
    switch (code) {
      case 0x80: // PROTO
        this.#take(1);
        return;
      case 0x95: // FRAME
        this.#take(8);
        return;
      case 0x28: // MARK
        stack.push(mark);
        return;
      case 0x4e: // NONE
        stack.push(null);
        return;
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        stack.push(code === 0x88);
        return;
      case 0x4b: // BININT1
        stack.push(this.#u8());
        return;
      case 0x4d: // BININT2
        stack.push(this.#uint(2));
        return;
      case 0x4a: // BININT
        stack.push(this.#uint(4) | 0);
        return;
      case 0x8a: // LONG1
        stack.push(this.#uint(this.#u8()));
        return;
      case 0x47: // BINFLOAT
        stack.push(this.#view.getFloat64(this.#skip(8), false));
        return;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(this.#text(this.#u8()));
        return;
      case 0x58: // BINUNICODE
        stack.push(this.#text(this.#uint(4)));
        return;
      case 0x43: // SHORT_BINBYTES
        stack.push(this.#take(this.#u8()));
        return;
      case 0x42: // BINBYTES
        stack.push(this.#take(this.#uint(4)));
        return;
      case 0x8e: // BINBYTES8
        stack.push(this.#take(this.#uint(8)));
        return;
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
      case 0x8f: // EMPTY_SET
        stack.push([]);
        return;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        return;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.push(this.#popMany(code - 0x84));
        return;
      case 0x74: // TUPLE
        stack.push(this.#popToMark());
        return;
      case 0x61: // APPEND
        this.#add([this.#pop()]);
        return;
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        this.#add(this.#popToMark());
        return;
      case 0x73: // SETITEM
        this.#set(this.#popMany(2));
        return;
      case 0x75: // SETITEMS
        this.#set(this.#popToMark());
        return;
      case 0x63: // GLOBAL
        stack.push({ global: `${this.#line()}.${this.#line()}` });
        return;
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        stack.push({ global: `${String(module)}.${String(name)}` });
        return;
      }
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const [called, args] = this.#popMany(2);
        stack.push({
          global: isPickledObject(called) ? called.global : "",
          ...(isPickledObject(called) && called.args ? { called } : {}),
          args: Array.isArray(args) ? args : [],
        });
        return;
      }
      case 0x62: {
        // BUILD
        const state = this.#pop();
        const object = stack.at(-1);
        if (isPickledObject(object)) object.state = state;
        return;
      }
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, stack.at(-1)!);
        return;
      case 0x71: // BINPUT
        this.#memo.set(this.#u8(), stack.at(-1)!);
        return;
      case 0x72: // LONG_BINPUT
        this.#memo.set(this.#uint(4), stack.at(-1)!);
        return;
      case 0x68: // BINGET
        stack.push(this.#memo.get(this.#u8()) ?? null);
        return;
      case 0x6a: // LONG_BINGET
        stack.push(this.#memo.get(this.#uint(4)) ?? null);
        return;
      default:
        refuse(`its opcode ${code} is not one of plain data`);
    }
  }

  #pop(): Pickled {
    const value = this.#stack.pop();
    return value === undefined || value === mark ? refuse("it is damaged") : (value as Pickled);
  }

  #popMany(count: number): Pickled[] {
    // bounded: one to three
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #popToMark(): Pickled[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at < 0) refuse("it is damaged");
    return this.#stack.splice(at).slice(1) as Pickled[];
  }

  #add(items: Pickled[]): void {
    const list = this.#stack.at(-1);
    if (!Array.isArray(list)) refuse("it is damaged");
    for (const item of items) list.push(item);
  }

  #set(pairs: Pickled[]): void {
    const map = this.#stack.at(-1);
    if (!(map instanceof Map)) refuse("it is damaged");
    for (let i = 0; i + 1 < pairs.length; i += 2) map.set(pairs[i]!, pairs[i + 1]!);
  }

  #u8(): number {
    return this.#bytes[this.#skip(1)]!;
  }

  #uint(width: number): number {
    let value = 0;
    const part = this.#take(width);
    for (let i = width - 1; i >= 0; i--) value = value * 256 + part[i]!;
    return value;
  }

  #take(count: number): Uint8Array {
    const start = this.#skip(count);
    return this.#bytes.subarray(start, start + count);
  }

  #text(count: number): string {
    return new TextDecoder("utf-8").decode(this.#take(count));
  }

  #line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    const text = this.#text((end < 0 ? this.#bytes.length : end) - this.#at);
    this.#skip(1);
    return text;
  }

  #skip(count: number): number {
    const start = this.#at;
    if (!(count >= 0 && start + count <= this.#bytes.length)) refuse("it is cut off");
    this.#at = start + count;
    return start;
  }
}

export function isPickledObject(value: unknown): value is PickledObject {
  return typeof value === "object" && value !== null && "global" in value;
}

function refuse(what: string): never {
  throw new StriateError(`a Python pickle cannot be read: ${what}`);
}
