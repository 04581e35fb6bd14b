import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { emptyFolder, striate } from "./command-line.ts";
import { hashOfRun } from "./hash-of-run.ts";

// Shards handed out by BullMQ on a Redis server that the test starts; Debian's package is redis-server.
const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const main = path("dist/cli/main.js");
const census = [
  ...["census", path("fixtures/data/census/model.keras"), "shapes", "--limit", "600"],
  ...["--top", "4", "--sheets", "1"],
];
const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
if (!hasRedis) process.stderr.write("no redis-server here: queues are not tested\n");

const processes = new Set<ChildProcess>();
function start(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  child.stderr!.resume();
  processes.add(child);
  child.on("exit", () => processes.delete(child));
  return child;
}
const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.on("exit", resolve);
  });

let port: number;
let url: string;
async function startRedis(...options: string[]): Promise<ChildProcess> {
  const server = start("redis-server", [
    ...["--port", String(port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"],
    ...options,
  ]);
  for (;;) {
    const { stdout } = spawnSync("redis-cli", ["-p", String(port), "ping"], { encoding: "utf8" });
    if (stdout.includes("PONG")) return server;
    await sleep(50);
  }
}
const startWorker = () => start(process.execPath, [main, "work", url, "--stalled", "1"]);
const redis = (...args: string[]) =>
  spawnSync("redis-cli", ["-p", String(port), ...args], { encoding: "utf8" }).stdout.trim();

describe.skipIf(!hasRedis)("a queue on Redis", () => {
  const first = join(emptyFolder(), "out");
  let expected: string;
  beforeAll(async () => {
    port = await new Promise<number>((resolve) => {
      // Below the ports that the system gives to connections: one of those would take it while Redis is away.
      const attempt = () => {
        const free = 20_000 + Math.floor(Math.random() * 10_000);
        const server = createServer();
        server.on("error", attempt);
        server.listen(free, "127.0.0.1", () => server.close(() => resolve(free)));
      };
      attempt();
    });
    url = `redis://127.0.0.1:${port}`;
    const { code, err } = striate([...census, "--out", first, "--workers", "1"]);
    expect(code, err).toBe(0);
    expected = hashOfRun(first);
  });
  afterEach(() => processes.forEach((child) => child.kill("SIGKILL")));
  afterAll(() => processes.forEach((child) => child.kill("SIGKILL")));

  it("hands shards out to several workers; two runs at once are the same as by one process", async () => {
    await startRedis();
    for (let i = 0; i < 3; i++) startWorker();
    const outs = [1, 2].map(() => join(emptyFolder(), "out"));
    const runs = outs.map((out) =>
      start(process.execPath, [main, ...census, "--out", out, "--queue", url]),
    );
    expect(await Promise.all(runs.map(ended))).toEqual([0, 0]);
    expect(outs.map(hashOfRun)).toEqual([expected, expected]);
    // Nothing is left behind.
    expect(redis("llen", "bull:striate:wait")).toBe("0");
  });

  it("is the same by one worker; see and explain of a folder are as well", async () => {
    await startRedis();
    const worker = startWorker();
    const out = join(emptyFolder(), "out");
    const run = start(process.execPath, [main, ...census, "--out", out, "--queue", url]);
    expect([await ended(run), hashOfRun(out)]).toEqual([0, expected]);
    const photos = join(emptyFolder(), "photos");
    mkdirSync(photos);
    for (let i = 0; i < 5; i++)
      copyFileSync(path(`dist/demo/${i % 2 ? "cat" : "dog"}.jpg`), join(photos, `${i}.jpg`));
    writeFileSync(join(photos, "5.jpg"), "no picture");
    const network = path("models/cat_vs_dog.h5");
    const asks = { see: ["--layers", "conv2d_3"], explain: ["--method", "gradient"] };
    for (const [command, flags] of Object.entries(asks)) {
      const by = async (...how: string[]) => {
        const folder = join(emptyFolder(), "out");
        const args = [command, photos, "--model", network, "--out", folder, ...flags, ...how];
        // 3: one photo is none, and is left out.
        expect(await ended(start(process.execPath, [main, ...args]))).toBe(3);
        return hashOfRun(folder);
      };
      const alone = await by("--workers", "1");
      expect(await by("--queue", url)).toBe(alone);
    }
    worker.kill("SIGTERM");
  });

  it("survives a worker that is killed and a server that forgets", async () => {
    const server = await startRedis();
    const workers = [startWorker(), startWorker()];
    const out = join(emptyFolder(), "out");
    const run = start(process.execPath, [main, ...census, "--out", out, "--queue", url]);
    const done = () => {
      try {
        return readdirSync(join(out, "run", "shards")).filter((name) => name.endsWith(".done"));
      } catch {
        return [];
      }
    };
    while (done().length < 2 && run.exitCode === null) await sleep(20);
    workers[0]!.kill("SIGKILL");
    while (done().length < 4 && run.exitCode === null) await sleep(20);
    server.kill("SIGKILL");
    await ended(server);
    await sleep(300);
    await startRedis();
    expect(await ended(run)).toBe(0);
    expect(hashOfRun(out)).toBe(expected);
  });

  it("is the same over a slow way to the server; one that is silent is said in a sentence", async () => {
    await startRedis();
    let delay = 150;
    const sockets = new Set<Socket>();
    const proxy = createServer((near) => {
      const far = connect(port, "127.0.0.1");
      sockets.add(near).add(far);
      const pass = (from: Socket, to: Socket) => {
        from.on("data", (bytes) => void setTimeout(() => to.writable && to.write(bytes), delay));
        from.on("close", () => to.destroy());
        from.on("error", () => to.destroy());
      };
      pass(near, far);
      pass(far, near);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const slow = `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    start(process.execPath, [main, "work", slow, "--stalled", "10"]);
    const out = join(emptyFolder(), "out");
    const run = start(process.execPath, [main, ...census, "--out", out, "--queue", slow]);
    expect(await ended(run)).toBe(0);
    expect(hashOfRun(out)).toBe(expected);
    delay = 60_000;
    const silent = start(process.execPath, [
      ...[main, ...census, "--out", join(emptyFolder(), "out"), "--queue", slow],
    ]);
    let said = "";
    silent.stderr!.on("data", (text: Buffer) => (said += String(text)));
    expect(await ended(silent)).toBe(1);
    expect(said).toContain("does not answer within 10 s");
    sockets.forEach((socket) => socket.destroy());
    proxy.close();
  });

  it("says in a sentence that the server is not there, or full; who stops leaves nothing", async () => {
    const out = join(emptyFolder(), "out");
    const asked = [...census, "--out", out, "--queue", url];
    for (const args of [asked, ["work", url]]) {
      const absent = striate(args);
      expect([absent.code, absent.err]).toEqual([
        1,
        expect.stringMatching(/redis:\/\/127\.0\.0\.1:\d+: no Redis server answers there/),
      ]);
    }
    await startRedis("--maxmemory", "1kb");
    const full = striate(asked);
    expect([full.code, full.err]).toEqual([1, expect.stringContaining(": is full; give it more")]);
    redis("config", "set", "maxmemory", "0");
    const run = start(process.execPath, [main, ...asked]);
    while (redis("llen", "bull:striate:wait") !== "10") await sleep(50);
    run.kill("SIGINT");
    expect(await ended(run)).toBe(1);
    expect(redis("llen", "bull:striate:wait")).toBe("0");
  });
});
