import { StriateError } from "./errors.ts";
import { jsonFault } from "./json-fault.ts";

/** Longer texts are no description of a network. */
const mostBytes = 2 ** 27;
/** Deeper than any model that a person built; a bound for whoever walks through the value. */
const mostLevels = 500;
/** Objects, lists and their items. */
const mostValues = 4_000_000;

/** Parses the JSON of a file. @throws StriateError naming `what` */
export function readJson(bytes: Uint8Array, what: string): unknown {
  if (bytes.length > mostBytes)
    throw new StriateError(
      `${what} is ${Math.round(bytes.length / 1e6)} MB of text; the description of a network is no longer than ${mostBytes / 2 ** 20} MB`,
    );
  return parseJson(new TextDecoder("utf-8").decode(bytes), what);
}

/** Parses the JSON text of a file. @throws StriateError naming `what` */
export function parseJson(
  text: string,
  what: string,
  reviver?: (key: string, value: unknown) => unknown,
): unknown {
  const mended = inspected(text, what);
  try {
    return JSON.parse(mended, reviver) as unknown;
  } catch {
    // Each engine has words of its own for it, and not every one says where.
    throw new StriateError(`${what} is no JSON: ${jsonFault(text) ?? "it is damaged"}`);
  }
}

/** The value of a text that may be JSON or something else; undefined where it is something else. */
export function maybeJson(text: string): unknown {
  try {
    return parseJson(text, "");
  } catch {
    return undefined;
  }
}

/** What Python writes, and JSON does not know. */
const pythonWords = [
  ["NaN", "null"],
  ["Infinity", "1e999"],
] as const;

/**
 * Goes through a text once, before anything is made of it: counts its parts, and puts words of JSON for
 * those of Python.
 */
function inspected(text: string, what: string): string {
  let [levels, values] = [0, 0];
  let mended = "";
  let done = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // a text
        i = endOfText(text, i);
        break;
      case 0x5b: // [
      case 0x7b: // {
        values++;
        if (++levels > mostLevels)
          throw new StriateError(
            `${what} is nested more than ${mostLevels} levels deep, deeper than any model is`,
          );
        break;
      case 0x5d: // ]
      case 0x7d: // }
        levels--;
        break;
      case 0x2c: // a comma
        values++;
        break;
      case 0x49: // I
      case 0x4e: {
        // N
        const [word, json] = pythonWords.find(([name]) => text.startsWith(name, i)) ?? [];
        if (word === undefined) break;
        mended += text.slice(done, i) + json;
        done = i + word.length;
        i = done - 1;
        break;
      }
    }
    if (values > mostValues)
      throw new StriateError(
        `${what} has more than ${mostValues} parts; no description has so many`,
      );
  }
  return done === 0 ? text : mended + text.slice(done);
}

/** Where a text ends that begins at `start`: at its second quotation mark without a backslash. */
function endOfText(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i;
    if (code === 0x5c) i++;
  }
  return text.length;
}
