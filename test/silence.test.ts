import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { emptyFolder } from "./command-line.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const main = join(root, "dist/cli/main.js");
const model = join(root, "models/cat_vs_dog.h5");
const photo = join(root, "dist/demo/dog.jpg");
const traced = spawnSync("strace", ["-V"]).status === 0;

/** Someone's own worker thread, whose main thread never heard of striate. */
const ownWorker = `
  import { Worker } from "node:worker_threads";
  new Worker(\`
    import(${JSON.stringify(join(root, "dist/index.js"))}).then(async ({ loadModel, readImage, activations }) => {
      const model = await loadModel(${JSON.stringify(model)});
      await activations(model, await readImage(${JSON.stringify(photo)}), { layers: "conv2d" });
      await model.dispose();
    })\`, { eval: true }).on("exit", (code) => console.log("wrote", code));`;

/**
 * Runs node in a home of its own, watched by strace where that is installed. Returns the system calls
 * that a program makes to reach others or to learn who its user is, and the files that were left.
 */
function watch(args: readonly string[], files: Readonly<Record<string, Uint8Array>> = {}) {
  const folder = emptyFolder();
  const [home, temporary] = [join(folder, "home"), join(folder, "temporary")];
  const work = join(folder, "work");
  for (const path of [home, temporary, work]) mkdirSync(path);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(work, name), bytes);
  const log = join(folder, "calls.txt");
  const watcher = ["strace", "-f", "-e", "trace=network,open,openat", "-o", log];
  const [command, ...rest]: string[] = [...(traced ? watcher : []), process.execPath, ...args];
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: home, TMPDIR: temporary };
  env["XDG_CACHE_HOME"] = join(home, ".cache");
  delete env["ORT_DISABLE_TELEMETRY"];
  const { status, stdout } = spawnSync(command!, rest, {
    cwd: work,
    encoding: "utf8",
    timeout: 60_000,
    env,
  });
  const calls = existsSync(log) ? readFileSync(log, "latin1").split("\n") : [];
  const suspect = /\bsocket\(|connect\(|sendto\(|machine-id|self\/cmdline|Microsoft|mat-debug/;
  const left = [home, temporary].flatMap((path) =>
    readdirSync(path, { recursive: true, encoding: "utf8" }),
  );
  const opened = (name: string) => !traced || calls.some((line) => line.includes(name));
  return { status, stdout, opened, suspects: calls.filter((line) => suspect.test(line)), left };
}

describe(`nothing leaves the machine, and nobody is asked who its user is${traced ? "" : " (files only: strace is not installed)"}`, () => {
  test.each([
    ["see", [main, "see", photo, "--model", model, "--layers", "conv2d"]],
    ["train in two threads", [main, "train", "shapes", "--limit", "32", "--epochs", "1"]],
    ["the library in a worker thread of its user", ["--input-type=module", "-e", ownWorker]],
  ])("%s", (name, args) => {
    const more = name.startsWith("train") ? ["--batch", "16", "--threads", "2"] : [];
    const { status, stdout, suspects, left } = watch([...args, ...more]);
    expect(status).toBe(0);
    expect(stdout).toContain("wrote");
    expect(suspects).toEqual([]);
    expect(left).toEqual([]);
  });
});

describe("neither do the libraries that are loaded for some files only", () => {
  const pictures = JSON.parse(
    readFileSync(join(root, "fixtures/data/pictures.json"), "utf8"),
  ) as Record<string, { file: string }>;
  const avif = { "photo.avif": Buffer.from(pictures["AVIF orientation 1"]!.file, "base64") };

  test.each([
    // libavif, and resvg for names that the bundled typeface has no letters for.
    [
      "see",
      ["photo.avif", "--model", model, "--labels", "\u732b,\u72d7"],
      ["avif_dec.wasm", "resvg"],
    ],
    ["see", [photo, "--model", model, "--layers", "conv2d", "--resize", "nearest"], ["sharp"]],
    ["inspect", [model, "--graph", "svg", "--out", "graph.svg"], ["dagre"]],
  ] as const)("%s %j", (command, rest, libraries) => {
    const { status, stdout, suspects, left, opened } = watch([main, command, ...rest], avif);
    expect(status).toBe(0);
    expect(stdout).toContain("wrote");
    for (const library of libraries) expect(opened(library), library).toBe(true);
    expect(suspects).toEqual([]);
    expect(left).toEqual([]);
  });
});

test("a command line of 32 kB is no trouble", () => {
  const command = [main, "see", photo, "--model", model, "--layers", "conv2d", "--no-preview"];
  const long = ["--labels", `cat,dog${" ".repeat(32_768)}`];
  const { status, stderr } = spawnSync(process.execPath, [...command, ...long], {
    cwd: emptyFolder(),
    encoding: "utf8",
  });
  expect([stderr, status]).toEqual(["", 0]);
});
