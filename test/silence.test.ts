import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { emptyFolder } from "./command-line.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const main = join(root, "dist/cli/main.js");
const model = join(root, "models/cat_vs_dog.h5");
const photo = join(root, "dist/demo/dog.jpg");
const traced = spawnSync("strace", ["-V"]).status === 0;
const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

/** A port that nobody has now, on this machine. */
const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** Someone's own worker thread, whose main thread never heard of striate. */
const ownWorker = `
  import { Worker } from "node:worker_threads";
  new Worker(\`
    import(${JSON.stringify(join(root, "dist/index.js"))}).then(async ({ loadModel, readImage, activations }) => {
      const model = await loadModel(${JSON.stringify(model)});
      await activations(model, await readImage(${JSON.stringify(photo)}), { layers: "conv2d" });
      await model.dispose();
    })\`, { eval: true }).on("exit", (code) => console.log("wrote", code));`;

/** Packages that were loaded by what was watched. */
const loaded = new Set<string>();

/** What a program does that reaches others, or learns who its user is. */
const suspect = /\bsocket\(|connect\(|sendto\(|machine-id|self\/cmdline|Microsoft|mat-debug/;

/** A home and folders of its own, and node in them, watched by strace where that is installed. */
function watched(args: readonly string[], files: Readonly<Record<string, Uint8Array>> = {}) {
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
  return {
    command: command!,
    rest,
    options: { cwd: work, env },
    /** What was seen, when it has ended. */
    seen() {
      const calls = existsSync(log) ? readFileSync(log, "latin1").split("\n") : [];
      for (const line of calls)
        for (const [, name] of line.matchAll(/node_modules\/((?:@[^/"]+\/)?[^/"]+)\//g))
          if (!/ENOENT/.test(line)) loaded.add(name!);
      const left = [home, temporary].flatMap((path) =>
        readdirSync(path, { recursive: true, encoding: "utf8" }),
      );
      const opened = (name: string) => !traced || calls.some((line) => line.includes(name));
      return { opened, calls, suspects: calls.filter((line) => suspect.test(line)), left };
    },
  };
}

/** Runs node to its end. Returns the system calls that are suspect, and the files that were left. */
function watch(args: readonly string[], files: Readonly<Record<string, Uint8Array>> = {}) {
  const { command, rest, options, seen } = watched(args, files);
  const { status, stdout } = spawnSync(command, rest, {
    ...options,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, stdout, ...seen() };
}

/** Runs a command that would go on for ever: `use` gets its first line, and it is stopped then. */
async function watchUntil(args: readonly string[], use: (line: string) => Promise<void>) {
  const program = `
    process.argv.splice(1, 0, ${JSON.stringify(main)});
    process.stdin.on("end", () => process.kill(process.pid, "SIGINT")).resume();
    await import(${JSON.stringify(main)});`;
  const { command, rest, options, seen } = watched([
    ...["--input-type=module", "-e", program, "--", ...args],
  ]);
  const child = spawn(command, rest, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  try {
    const line = await new Promise<string>((resolve, reject) => {
      const take = (bytes: Buffer) => resolve(bytes.toString());
      child.stdout.on("data", take);
      child.stderr.on("data", take);
      child.on("exit", (code) => reject(new Error(`ended with ${code}`)));
    });
    await use(line);
  } finally {
    child.stdin.end();
    await ended;
  }
  return seen();
}

/** What decodes a PNG where sharp is not installed. */
const ownPng = `
  import { readFileSync } from "node:fs";
  import { decode } from ${JSON.stringify(createRequire(import.meta.url).resolve("fast-png"))};
  console.log("wrote", decode(readFileSync(${JSON.stringify(join(root, "models/cat_vs_dog.history.png"))})).width);`;

describe(`nothing leaves the machine, and nobody is asked who its user is${traced ? "" : " (files only: strace is not installed)"}`, () => {
  test.each([
    ["see", [main, "see", photo, "--model", model, "--layers", "conv2d"]],
    ["train in two threads", [main, "train", "shapes", "--limit", "32", "--epochs", "1"]],
    ["the library in a worker thread of its user", ["--input-type=module", "-e", ownWorker]],
    ["the decoder of PNG without sharp", ["--input-type=module", "-e", ownPng]],
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
    // Tables as Parquet.
    ["embed", [model, "shapes", "--limit", "24", "--neighbours", "5"], ["hyparquet-writer"]],
    ["convert", [model, "m.onnx"], ["onnxruntime-node"]],
  ] as const)("%s %j", (command, rest, libraries) => {
    const { status, stdout, suspects, left, opened } = watch([main, command, ...rest], avif);
    expect(status).toBe(0);
    expect(stdout).toContain("wrote");
    for (const library of libraries) expect(opened(library), library).toBe(true);
    expect(suspects).toEqual([]);
    expect(left).toEqual([]);
  });
});

describe("a server that the user names is all that is spoken to", () => {
  const here = /127\.0\.0\.1/;

  test("the page is served on this machine alone, and asks nobody", async () => {
    const { suspects, calls, left } = await watchUntil(
      ["serve", model, "--port", "0"],
      async (line) => {
        const [address] = /http:\S+/.exec(line)!;
        expect((await fetch(address)).status).toBe(200);
      },
    );
    // A socket to listen on, and nothing else.
    expect(suspects.filter((line) => !/socket\(AF_INET, SOCK_STREAM/.test(line))).toEqual([]);
    for (const line of calls.filter((call) => /\bbind\(/.test(call))) expect(line).toMatch(here);
    expect(left).toEqual([]);
  });

  test.skipIf(!hasRedis)(
    "a queue is the Redis server of the address, and nobody else",
    async () => {
      const port = await freePort();
      const server = spawn(
        "redis-server",
        ["--port", `${port}`, "--save", "", "--bind", "127.0.0.1"],
        {
          cwd: emptyFolder(),
          stdio: ["ignore", "pipe", "ignore"],
        },
      );
      try {
        for await (const text of server.stdout) if (/Ready to accept/.test(String(text))) break;
        const { suspects, calls, left } = await watchUntil(
          ["work", `redis://127.0.0.1:${port}`],
          async () => new Promise((resolve) => setTimeout(resolve, 500)),
        );
        const asked = calls.filter((line) => /connect\(|sendto\(/.test(line));
        for (const line of asked)
          expect(line).toMatch(new RegExp(`htons\\(${port}\\).*127\\.0\\.0\\.1`));
        if (traced) expect(asked.length).toBeGreaterThan(0);
        const rest = suspects.filter((line) => !asked.includes(line));
        expect(rest.filter((line) => !/socket\(AF_INET, SOCK_STREAM/.test(line))).toEqual([]);
        expect(left).toEqual([]);
      } finally {
        server.kill("SIGKILL");
        await once(server, "exit");
      }
    },
  );
});

test.skipIf(!traced)("no library that striate may load was left out here", () => {
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  ) as Record<string, Record<string, string>>;
  const all = { ...dependencies, ...optionalDependencies, ...(hasRedis && peerDependencies) };
  expect(Object.keys(all).filter((name) => !loaded.has(name))).toEqual([]);
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
