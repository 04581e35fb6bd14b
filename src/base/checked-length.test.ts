import { describe, expect, it } from "vitest";
import { ESLint, Linter } from "eslint";
import tseslint from "typescript-eslint";
import { boundedLengths } from "../../scripts/lint/bounded-lengths.js";
import { checkedLength } from "./checked-length.ts";

describe("checkedLength", () => {
  it("lets through what can be a length, and names what cannot", () => {
    expect(checkedLength(3, "windows")).toBe(3);
    expect(() => checkedLength(2e9, "windows")).toThrow("2000000000 windows are more than can be");
    for (const odd of [-1, 0.5, NaN, Infinity])
      expect(() => checkedLength(odd, "windows")).toThrow(`${odd} is no number of windows`);
  });
});

describe("the rule that every length is bounded", () => {
  const linter = new Linter();
  const found = (code: string, words: readonly string[] = []) =>
    linter.verify(code, {
      languageOptions: { parser: tseslint.parser },
      plugins: { striate: { rules: { "bounded-lengths": boundedLengths } } },
      rules: { "striate/bounded-lengths": ["error", words] },
    } as never).length;

  it("finds memory that is taken for a number of whoever wrote the file", () => {
    for (const code of [
      "(n) => new Float32Array(n)",
      "(n) => new Array(n * 2).fill(0)",
      "(n) => Array(n).fill(0)",
      "(n) => new globalThis.Float64Array(n)",
      "(like, n) => new like.constructor(n)",
      "async (n) => new Uint8Array(await n)",
      "(n) => Array.from({ length: n }, () => 0)",
      "(n) => '-'.repeat(n)",
      "(shape) => { const n = sizeOf(shape); return new Uint8Array(n); }",
    ])
      expect(found(code), code).toBe(1);
  });

  it("lets through what is bounded, or says why it is", () => {
    for (const code of [
      "new Float32Array(8)",
      "(x) => new Float32Array(x.length * 2)",
      "(n) => new Float32Array(checkedLength(n, 'windows'))",
      "(n) => { const count = checkedLength(n, 'windows'); return new Array(count); }",
      "(n) => new Array(Math.min(n, 64))",
      "(n) => {\n// bounded: by 8 bits\nreturn new Array(n); }",
    ])
      expect(found(code), code).toBe(0);
  });

  it("knows the words that a folder may use, and no others", () => {
    const code = "(width, n) => new Uint8Array(3 * width)";
    expect([found(code), found(code, ["width"])]).toEqual([1, 0]);
    expect(found("(width, n) => new Uint8Array(n * width)", ["width"])).toBe(1);
  });

  it("watches all that is published, and bites there", async () => {
    const eslint = new ESLint();
    for (const path of ["src/views/x.ts", "src/cli/x.ts", "src/data/picture-formats/x.ts"]) {
      const [result] = await eslint.lintText(
        "export const f = (n: number) => Array(n).fill(0);\n",
        {
          filePath: path,
        },
      );
      expect(result!.messages.map(({ ruleId }) => ruleId)).toEqual(["striate/bounded-lengths"]);
    }
  });
});
