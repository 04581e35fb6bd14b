import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { UsageError } from "../base/errors.ts";
import { field } from "../base/fields.ts";
import { version } from "../version.ts";
import { fileNames } from "./file-names.ts";
import { flagsOf, parseFlags, writeOutImplied } from "./flags.ts";

describe("flags", () => {
  const fields = {
    scale_mode: field.choice(["map", "layer"], "map", { help: "one scale of colours" }),
    orient: field.boolean(true),
    json: field.boolean(false),
    threads: field.nullable(field.int(undefined, { min: 1 })),
    model: field.string(undefined, { placeholder: "file", help: "a model" }),
  };

  it("derive from the fields", () => {
    expect(flagsOf(fields).map((flag) => flag.notation)).toEqual([
      "--scale-mode <name>",
      "--no-orient",
      "--json",
      "--threads <n>",
      "--model <file>",
    ]);
    expect(flagsOf(fields)[0]!.help).toBe("one scale of colours (map, layer) [map]");
  });

  it("become checked values with defaults", () => {
    expect(parseFlags(fields, { model: "a.h5", threads: "2", orient: false })).toEqual({
      scale_mode: "map",
      orient: false,
      json: false,
      threads: 2,
      model: "a.h5",
    });
  });

  it.each([
    [{}, "--model <file> is required: a model"],
    [{ model: "a", threads: "0" }, "--threads: expected a number of at least 1, got 0"],
    [{ model: "a", threads: "two" }, "--threads: expected a whole number"],
    [{ model: "a", scaleMode: "all" }, "--scale-mode: expected one of map, layer"],
  ])("that are wrong are wrong usage: %j", (given, message) => {
    expect(() => parseFlags(fields, given)).toThrow(UsageError);
    expect(() => parseFlags(fields, given)).toThrow(message);
  });

  it("that are left out are shown in a whole command", () => {
    const example = "striate see a.jpg --model a.h5";
    expect(() => parseFlags(fields, {}, example)).toThrow(
      "--model <file> is required: a model, as in: striate see a.jpg --model a.h5",
    );
  });
});

describe("flags that may stand alone", () => {
  const fields = {
    graph: field.nullable(field.choice(["text", "svg"], undefined, { implied: "text" })),
    fold: field.boolean(false),
  };

  it.each([
    ["inspect m.h5 --graph", "inspect m.h5 --graph text"],
    ["inspect --graph m.h5", "inspect --graph text m.h5"],
    ["inspect --graph svg m.h5", "inspect --graph svg m.h5"],
    ["inspect --graph --fold m.h5", "inspect --graph text --fold m.h5"],
    ["inspect m.h5 --fold", "inspect m.h5 --fold"],
  ])("%s is %s", (given, written) => {
    expect(writeOutImplied(fields, given.split(" "))).toEqual(written.split(" "));
  });
});

describe("file names", () => {
  it.each([
    ["conv2d", "conv2d"],
    ["conv[0]", "conv[0]"],
    ["../../etc/passwd", "_/_/etc/passwd"],
    ["a:b?c", "a_b_c"],
    ["猫", "猫"],
    ["", "_"],
    [".hidden", "hidden"],
    ["a\u202eb\u009b\n", "a_b__"],
    ["con", "_con"],
    ["猫".repeat(120), "猫".repeat(66)],
  ])("%s becomes %s", (wanted, name) => {
    expect(fileNames([wanted])).toEqual([name]);
  });

  it("are never the same, not even where case does not count", () => {
    expect(fileNames(["Conv", "conv", "conv"])).toEqual(["Conv", "conv-2", "conv-3"]);
    // As macOS sees them, é is one letter, however it is written.
    expect(fileNames(["e\u0301", "\u00e9"])).toEqual(["e\u0301", "\u00e9-2"]);
    expect(new Set(fileNames(new Array<string>(3000).fill("a"))).size).toBe(3000);
  });
});

describe("the version", () => {
  it("is that of package.json", () => {
    const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    expect(version).toBe((JSON.parse(text) as { version: string }).version);
  });
});
