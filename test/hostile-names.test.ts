import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { StriateError } from "../src/base/errors.ts";
import { printable } from "../src/base/printable.ts";
import { Random } from "../src/base/random.ts";
import { float32 } from "../src/base/tensor.ts";
import { parseFlags } from "../src/cli/flags.ts";
import { GraphBuilder } from "../src/graph/builder.ts";
import { emptyGraph } from "../src/graph/graph.ts";
import { writeOnnx } from "../src/graph/protobuf/write.ts";
import { emptyFolder } from "./command-line.ts";
import {
  type GivenFiles,
  argumentsOf,
  cheapFlags,
  everyCommand,
  keptIo,
  pgm,
  writeDataset,
} from "./every-command.ts";

// Every command on a network whose layers, values, weights and classes are named by somebody who wishes it ill, with a
// photo and classes of a data set of such names: no name ends a line, becomes markup, or leads out of the folder that
// is written, and none is taken for a word of JavaScript's own.

const escape = "a\u001b]0;title\u0007\nINJECTED \u202e\u009b31m";
const markup = "</script><script>alert(1)</script><img src=x onerror=alert(1)>";
const up = "../../../escaped";

/** A classifier of two classes, by names. */
function hostileModel(names: {
  input: string;
  conv: string;
  relu: string;
  pool: string;
  flat: string;
  dense: string;
  labels: readonly string[];
}): Uint8Array {
  const graph = emptyGraph(escape);
  graph.opsets.set("", 17);
  graph.metadata = new Map([["striate.labels", JSON.stringify(names.labels)]]);
  const b = new GraphBuilder(graph);
  const random = new Random(3);
  const weight = (name: string, ...shape: number[]) =>
    b.initializer(
      name,
      float32(
        shape,
        Float32Array.from({ length: shape.reduce((x, y) => x * y, 1) }, () => random.normal() / 3),
      ),
    );
  const node = (op: string, inputs: string[], name: string, attributes = {}) =>
    b.op(op, inputs, attributes, { name, outputs: [name] });
  const x = b.input(names.input, ["N", 3, 8, 8]);
  const conv = node("Conv", [x, weight(`${names.conv} kernel`, 4, 3, 3, 3)], names.conv, {
    pads: [1, 1, 1, 1],
  });
  const relu = node("Relu", [conv], names.relu);
  const pool = node("MaxPool", [relu], names.pool, { kernel_shape: [2, 2], strides: [2, 2] });
  const flat = node("Flatten", [pool], names.flat);
  const dense = node(
    "Gemm",
    [flat, weight("hasOwnProperty", 64, 2), weight("toString", 2)],
    names.dense,
  );
  b.output(node("Softmax", [dense], `${escape} output`), ["N", 2]);
  return writeOnnx(graph);
}

const models: Readonly<Record<string, Uint8Array>> = {
  "escapes and markup": hostileModel({
    ...{
      input: escape,
      conv: up,
      relu: `${escape}2`,
      pool: markup,
      flat: "/etc/passwd",
      dense: "",
    },
    ...{ dense: "C:\\..\\x", labels: [`${escape}${markup}`, up] },
  }),
  "words of JavaScript": hostileModel({
    ...{ input: "__proto__", conv: "constructor", relu: "prototype", pool: "valueOf" },
    ...{ flat: "then", dense: "isPrototypeOf", labels: ["__proto__", "constructor"] },
  }),
};

/** JavaScript's own words, where it stumbled over a name. */
const ownWords = /is not a function|Cannot (read|set|convert)|undefined|\[object|unexpected error/;

const root = emptyFolder();
const photoName = "p\u001b[2J\nINJECTED<img src=x>.pgm";
const classes = ["<img src=x onerror=alert(1)>\nINJECTED", "__proto__"];
const given: Record<string, GivenFiles> = {};

beforeAll(() => {
  for (const [kind, bytes] of Object.entries(models)) {
    const folder = join(root, kind);
    mkdirSync(folder);
    const model = join(folder, "m\u001b[2J\nINJECTED<b>.onnx");
    writeFileSync(model, bytes);
    writeFileSync(join(folder, photoName), pgm(8, 90));
    writeDataset(join(folder, "data"), classes);
    given[kind] = { model, photo: join(folder, photoName), data: join(folder, "data") };
  }
});

/** Listens until it is ended (tested in a browser, `page.test.ts`), knows no file of a stranger, or wants a server. */
const others = new Set(["serve", "build-page", "demo", "work", "run"]);
const names = Object.keys(everyCommand).filter((name) => !others.has(name));
/** The file that is written, where it is no folder. */
const outs: Readonly<Record<string, string>> = {
  ...{ activations: "o.npz", convert: "o.onnx", diff: "o.svg", export: "o.onnx" },
  ...{ inspect: "o.svg", train: "o.onnx" },
};

describe.skipIf(process.platform === "win32").each(Object.keys(models))("%s", (kind) => {
  test.each(
    names.flatMap((name) => [[name, outs[name] ?? "out"] as const, [name, "o.html"] as const]),
  )("striate %s --out %s", async (name, out) => {
    const command = await everyCommand[name]!();
    const { fields } = command;
    if (out === "o.html" && !fields["out"]?.help?.includes("NAME.html")) return;
    const files = given[kind]!;
    const top = emptyFolder();
    const folder = join(top, "a/b/c");
    mkdirSync(folder, { recursive: true });
    const io = keptIo();
    const own: Record<string, unknown> = {
      ...cheapFlags(command, files),
      ...("out" in fields && { out: join(folder, out) }),
      ...("format" in fields && { format: "svg" }),
      ...("numbers" in fields && { numbers: join(folder, "n.npz") }),
      ...("graph" in fields && { graph: "svg" }),
    };
    const conv = kind === "escapes and markup" ? up : "constructor";
    const words = argumentsOf(command, files, {
      ...{ out: join(folder, out), place: `${conv}@2,2` },
    });
    let said = "";
    try {
      await command.run(words, parseFlags(fields, own), io);
    } catch (error) {
      expect(error).toBeInstanceOf(StriateError);
      said = (error as Error).message;
    }
    expect(said).not.toMatch(ownWords);
    expect(io.text()).not.toMatch(/^INJECTED/m);
    expect(readdirSync(top)).toEqual(["a"]);
    for (const path of readdirSync(top, { recursive: true, encoding: "utf8" })) {
      expect(printable(path)).toBe(path);
      if (!/^a(\/b(\/c(\/|$)|$)|$)/.test(path)) expect.fail(`${path} was written`);
      if (!/\.(svg|html)$/.test(extname(path))) continue;
      const text = readFileSync(join(top, path), "utf8");
      expect(text, path).not.toMatch(/<script>alert|<img src=x/);
    }
  });
});
