import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonFault } from "./json-fault.ts";
import { parseJson } from "./parse-json.ts";

describe("where a text stops being JSON", () => {
  it.each([
    ["", "line 1, column 1: expected a value, got the end"],
    ["[1,\n 2,,3]", 'line 2, column 4: expected a value, got ","'],
    ["[1 2]", 'line 1, column 4: expected a comma or ], got "2"'],
    ["[1,]", 'line 1, column 4: expected a value, got "]"'],
    ['{"a": 1,\n}', 'line 2, column 1: expected a name in double quotation marks, got "}"'],
    ['{"a" 1}', 'line 1, column 6: expected a colon, got "1"'],
    ["{'a': 1}", `line 1, column 2: expected a name in double quotation marks, got "'"`],
    ['["a', "line 1, column 4: expected the quotation mark that ends a text, got the end"],
    ['["a\nb"]', "line 1, column 4: expected an escape such as \\n, got the end of the line"],
    ['["\\q"]', 'line 1, column 3: expected an escape such as \\n or \\u0041, got "\\"'],
    ["[] x", 'line 1, column 4: expected nothing more, got "x"'],
    ["[01]", 'line 1, column 3: expected a comma or ], got "1"'],
    ["<html>", 'line 1, column 1: expected a value, got "<"'],
  ])("%j", (text, words) => {
    expect(jsonFault(text)).toBe(words);
    expect(() => parseJson(text, "a.json")).toThrow(`a.json is no JSON: ${words}`);
  });

  it("says nothing of JSON, nor of Python's words", () => {
    expect(jsonFault('{"a": [NaN, -Infinity, 1e5], "b": {}, "c": []}')).toBeUndefined();
    fc.assert(fc.property(fc.json(), (text) => jsonFault(text) === undefined));
  });

  it("finds a fault wherever the language finds one, and only there", () => {
    const damaged = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom("", ",", "]", "}", '"', "\\", "1", " "),
    );
    const parses = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(damaged, ([text, at, letter]) => {
        const place = at % (text.length + 1);
        const changed = text.slice(0, place) + letter + text.slice(place + 1);
        return (jsonFault(changed) === undefined) === parses(changed);
      }),
      { numRuns: 2000 },
    );
  });
});
