import { joinBytes } from "../src/base/join-bytes.ts";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { wireBytes, wireMessage, wireNumber, wireText } from "./fuzz/wire.ts";
import { emptyFolder } from "./command-line.ts";

// What a model names lies in its own folder, or is not read: not with dots, not from the top, not by a link, not
// by a pipe that nobody writes to. Watched by strace, where that is installed, so that no door is forgotten.

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const traced = spawnSync("strace", ["-V"]).status === 0;

const root = emptyFolder();
const folder = join(root, "model");
mkdirSync(join(folder, "variables"), { recursive: true });
for (const name of ["secret.bin", "labels.txt"])
  writeFileSync(join(root, name), "SECRET".repeat(20));
symlinkSync(join(root, "secret.bin"), join(folder, "link.bin"));
symlinkSync(root, join(folder, "up"));
symlinkSync(join(root, "labels.txt"), join(folder, "labels.txt"));

const ways = [
  ...["../secret.bin", "sub/../../secret.bin", "link.bin", "up/secret.bin", "./../secret.bin"],
  ...[join(root, "secret.bin"), `file://${join(root, "secret.bin")}`, "..\\secret.bin"],
];

function tfjs(path: string): Uint8Array {
  const layer = { name: "d", units: 1, batch_input_shape: [null, 4], dtype: "float32" };
  const model = { class_name: "Sequential", config: [{ class_name: "Dense", config: layer }] };
  const weights = [
    { name: "d/kernel", shape: [4, 1], dtype: "float32" },
    { name: "d/bias", shape: [1], dtype: "float32" },
  ];
  return new TextEncoder().encode(
    JSON.stringify({
      format: "layers-model",
      modelTopology: { keras_version: "2.15.0", model_config: model },
      weightsManifest: [{ paths: [path], weights }],
    }),
  );
}

function onnx(path: string): Uint8Array {
  const type = wireMessage(2, [
    wireMessage(1, [wireNumber(1, 1), wireMessage(2, [wireMessage(1, [wireNumber(1, 4)])])]),
  ]);
  const graph = [
    wireMessage(1, [wireText(1, "x"), wireText(1, "w"), wireText(2, "y"), wireText(4, "Add")]),
    wireMessage(5, [
      ...[wireNumber(1, 4), wireNumber(2, 1), wireText(8, "w"), wireNumber(14, 1)],
      wireMessage(13, [wireText(1, "location"), wireText(2, path)]),
    ]),
    wireMessage(11, [wireText(1, "x"), type]),
    wireMessage(12, [wireText(1, "y"), type]),
  ];
  return joinBytes([
    wireNumber(1, 8),
    wireBytes(7, joinBytes(graph)),
    wireMessage(8, [wireNumber(2, 18)]),
  ]);
}

const kinds = { "model.json": tfjs, "model.onnx": onnx };

test.each(Object.keys(kinds) as (keyof typeof kinds)[])(
  "%s reads nothing outside of its folder",
  (name) => {
    // All ways in one process: the library is asked for each in turn.
    const program = `
      import { loadModel } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
      for (const path of process.argv.slice(1))
        await loadModel(path).then(() => console.log("opened " + path), (error) => console.log(error.message));`;
    const paths = ways.map((way, i) => {
      const place = join(folder, `${i}-${name}`);
      writeFileSync(place, kinds[name](way));
      return place;
    });
    const { calls, out } = watch(["--input-type=module", "-e", program, ...paths]);
    const lines = out.trim().split("\n");
    expect(lines).toHaveLength(ways.length);
    for (const line of lines)
      expect(line).toMatch(/leads out of|is missing beside|outside the model/);
    expect(calls.filter((call) => /secret\.bin|labels\.txt/.test(call))).toEqual([]);
  },
);

test("labels beside a model are read where they lie beside it, and not through a link", () => {
  const { calls } = watch([main, "inspect", join(folder, `0-model.onnx`)]);
  expect(calls.filter((call) => call.includes(join(root, "labels.txt")))).toEqual([]);
});

/** Runs node, and returns the files that it opened (none known where strace is not installed). */
function watch(args: readonly string[]): { calls: string[]; out: string } {
  const log = join(root, "calls.txt");
  const watcher = ["strace", "-f", "-e", "trace=open,openat,openat2", "-o", log];
  const [command, ...rest]: string[] = [...(traced ? watcher : []), process.execPath, ...args];
  const { stdout } = spawnSync(command!, rest, { encoding: "utf8", timeout: 60_000, cwd: root });
  return { calls: traced ? readFileSync(log, "latin1").split("\n") : [], out: stdout };
}
