import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { UsageError } from "../src/base/errors.ts";
import type { Fields } from "../src/base/fields.ts";
import { see } from "../src/cli/commands/see.ts";
import { train } from "../src/cli/commands/train.ts";
import { parseFlags } from "../src/cli/flags.ts";
import { version } from "../src/version.ts";
import { emptyFolder, striate } from "./command-line.ts";
import { describeShared, shared } from "./shared.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const main = join(root, "dist/cli/main.js");
const model = join(root, "models/cat_vs_dog.h5");
const photo = readFileSync(join(root, "dist/demo/dog.jpg"));
const unix = process.platform !== "win32";
const training = [
  "train",
  "shapes",
  "--limit",
  "16",
  "--batch",
  "8",
  "--epochs",
  "1",
  "--size",
  "64,64",
];
/** What a terminal obeys, line ends excepted. */
const commanding = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const shell = (script: string, cwd = emptyFolder(), args: readonly string[] = training) =>
  spawnSync("bash", ["-c", script, process.execPath, main, ...args], { cwd, encoding: "utf8" });

describe.skipIf(!unix)("standard output that takes no more ends the printing, not the work", () => {
  test("a full one", () => {
    const folder = emptyFolder();
    const { status, stderr } = shell('exec "$0" "$@" --out a.h5 > /dev/full', folder);
    expect([status, stderr]).toEqual([
      1,
      "striate: standard output cannot be written: the disk is full; make room, or write elsewhere\n",
    ]);
    expect(existsSync(join(folder, "a.h5"))).toBe(true);
  });

  test.each([["inspect", model], ["--version"], ["--help"]])(
    "a full one, at once: %s",
    (...args) => {
      const { status, stderr } = shell('exec "$0" "$@" > /dev/full', emptyFolder(), args);
      expect([status, stderr]).toEqual([
        1,
        "striate: standard output cannot be written: the disk is full; make room, or write elsewhere\n",
      ]);
    },
  );

  test("a closed one", () => {
    const folder = emptyFolder();
    const { stderr } = shell('("$0" "$@" --out b.h5; echo "code $?" >&2) | true', folder);
    expect(stderr).toBe("code 0\n");
    expect(existsSync(join(folder, "b.h5"))).toBe(true);
  });
});

describe("names of strangers", () => {
  test.skipIf(!unix)("of classes and files are shown, not obeyed", () => {
    const folder = emptyFolder();
    const bad = "a\u001b]0;title\u0007\n\u202eb";
    for (const name of [bad, "c"]) {
      mkdirSync(join(folder, "d", name), { recursive: true });
      for (let i = 0; i < 4; i++) writeFileSync(join(folder, "d", name, `${i}\u001b.jpg`), photo);
      writeFileSync(join(folder, "d", name, "broken\u009b.jpg"), "no picture");
    }
    const args = ["d", "--epochs", "1", "--size", "48,48", "--batch", "4", "--out", "x.h5"];
    const { code, out, err } = striate(["train", ...args], folder);
    expect(code).toBe(0);
    expect(out).toContain("a\\x1b]0;title\\x07\\x0a\\u202eb, c");
    expect(err).toContain("broken\\u009b.jpg");
    expect(out + err).not.toMatch(commanding);
    for (const wrong of [["see", `${bad}.jpg`, "--model", model], [bad]])
      expect(striate(wrong, folder).err.split("\n")).toHaveLength(2);
    expect(striate(["inspect", `${bad}.h5`], folder).err).not.toMatch(commanding);
  });
});

describeShared("attack/14_terminal_escapes", "files with names that command a terminal", () => {
  test.each(["layer.h5", "labels.onnx", "op"])("%s", (name) => {
    const { out, err } = striate(["inspect", shared(`attack/14_terminal_escapes/${name}`)]);
    expect(out + err).toContain("\\x1b");
    expect(out + err).not.toMatch(commanding);
  });
});

describe("words and numbers", () => {
  test("a wrong value is wrong usage, and is named", () => {
    const { code, err } = striate(["train", "shapes", "--epochs", "two"]);
    expect([code, err]).toEqual([2, 'striate: --epochs: expected a whole number, got "two"\n']);
  });

  test.each([
    [train, { size: "a,b" }, '--size: expected 2 whole numbers, got "a,b"'],
    [train, { optimizer: "adm" }, '--optimizer: unknown optimizer "adm"; nearest: Adam'],
    [train, { augment: "spin" }, "--augment: "],
    [train, { memory: "lots" }, '--memory: memory "lots" is not understood'],
    [
      see,
      { model: "m.h5", columns: "abc" },
      '--columns: expected a whole number, or auto, got "abc"',
    ],
    [see, { model: "m.h5", scale: "x/7" }, "--scale: "],
    [see, { model: "m.h5", threads: "100000" }, "--threads: expected a number of at most"],
  ])("so is each of another kind: %#", ({ fields }, given, words) => {
    const parse = () => parseFlags(fields as Fields, given);
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(words);
  });

  test("--graph text is data with --json", () => {
    const { out } = striate(["inspect", model, "--graph", "text", "--json"]);
    const { nodes } = JSON.parse(out) as { nodes: { op: string }[] };
    expect(nodes.filter(({ op }) => op === "Conv")).toHaveLength(4);
  });

  test("diff ends with 1 where a layer departs by more than --fail-above", () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, "dog.jpg"), photo);
    const args = ["diff", model, model, "dog.jpg", "--fail-above"];
    expect(striate([...args, "0.01"], folder).code).toBe(0);
    const { out } = striate([...args, "0"], folder);
    // A cosine of a single value says nothing.
    expect(out).toMatch(/dense_1 +\(1, 1\) {3,}0 /);
  });

  test("tables fit the terminal", () => {
    const env = { ...process.env, COLUMNS: "60" };
    for (const args of [
      ["inspect", model],
      ["inspect", model, "--tree"],
      ["verify", model],
    ]) {
      const { stdout } = spawnSync(process.execPath, [main, ...args], { env, encoding: "utf8" });
      const lines = stdout.split("\n");
      const rule = lines.findIndex((line) => line.startsWith("───"));
      const table = lines.slice(rule - 1, rule + 12);
      expect(Math.max(...table.map((line) => line.length)), args.join(" ")).toBe(60);
    }
  });

  test("version and help are there at once, and say the same as a run", () => {
    expect(striate(["--version"]).out).toBe(`${version}\n`);
    const { out } = striate(["--help"]);
    expect(out).toContain("train <data>");
    const kept = JSON.parse(readFileSync(join(root, "dist/cli/help.json"), "utf8")) as Record<
      string,
      string
    >;
    expect(out).toBe(kept[""]);
    for (const ask of [
      ["see", "--help"],
      ["filters", "-h"],
      ["help", "see"],
    ]) {
      const asked = striate(ask).out;
      // --debug makes a run of it.
      const run = striate([...ask, "--debug"]).out;
      expect(asked).toBe(run);
      expect(asked).toMatch(/^Usage: striate \w+ /);
    }
  });
});
