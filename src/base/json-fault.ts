/** Where a text stops being JSON, in words; undefined for a text that is JSON. */
export function jsonFault(text: string): string | undefined {
  const fault = new Reader(text).fault();
  return (
    fault && `${placeOf(text, fault.at)}: expected ${fault.wanted}, got ${found(text, fault.at)}`
  );
}

interface Fault {
  readonly at: number;
  readonly wanted: string;
}

const space = /[ \t\r\n]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** JSON's words, and those that Python writes. */
const word = /true|false|null|NaN|-?Infinity/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Goes through a text by the grammar of RFC 8259, without making anything of it, and without recursion. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  fault(): Fault | undefined {
    const open: ("]" | "}")[] = [];
    for (;;) {
      // A value, or an end where the list or record is empty.
      this.#skip();
      const begin = this.#text[this.#at];
      if (begin === "[" || begin === "{") {
        this.#at++;
        open.push(begin === "[" ? "]" : "}");
        this.#skip();
        if (!this.#take(open.at(-1)!)) {
          const fault = begin === "{" ? this.#key() : undefined;
          if (fault) return fault;
          continue;
        }
        open.pop();
      } else {
        const fault = this.#scalar();
        if (fault) return fault;
      }
      // Behind a value: ends of what it stands in, then the next one.
      for (;;) {
        this.#skip();
        const end = open.at(-1);
        if (end === undefined)
          return this.#at < this.#text.length ? this.#wants("nothing more") : undefined;
        if (this.#take(end)) {
          open.pop();
          continue;
        }
        if (!this.#take(",")) return this.#wants(`a comma or ${end}`);
        this.#skip();
        const fault = end === "}" ? this.#key() : undefined;
        if (fault) return fault;
        break;
      }
    }
  }

  #key(): Fault | undefined {
    if (this.#text[this.#at] !== '"') return this.#wants("a name in double quotation marks");
    const fault = this.#string();
    if (fault) return fault;
    this.#skip();
    return this.#take(":") ? undefined : this.#wants("a colon");
  }

  #scalar(): Fault | undefined {
    if (this.#text[this.#at] === '"') return this.#string();
    return this.#match(word) || this.#match(number) ? undefined : this.#wants("a value");
  }

  #string(): Fault | undefined {
    for (this.#at++; ;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 0x22) break;
      if (Number.isNaN(code)) return this.#wants("the quotation mark that ends a text");
      if (code < 0x20) return this.#wants("an escape such as \\n");
      if (code !== 0x5c) this.#at++;
      else if (!this.#match(escape)) return this.#wants("an escape such as \\n or \\u0041");
    }
    this.#at++;
    return undefined;
  }

  #take(letter: string): boolean {
    const is = this.#text[this.#at] === letter;
    if (is) this.#at++;
    return is;
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const is = pattern.test(this.#text);
    if (is) this.#at = pattern.lastIndex;
    return is;
  }

  #skip(): void {
    this.#match(space);
  }

  #wants(wanted: string): Fault {
    return { at: this.#at, wanted };
  }
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  return `line ${line}, column ${at - before.lastIndexOf("\n")}`;
}

function found(text: string, at: number): string {
  const letter = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (at >= text.length) return "the end";
  return letter === "\n" ? "the end of the line" : `"${letter}"`;
}
