// What a queue costs: the same census by one process, and by one worker of a queue on Redis, in alternating rounds, cut
// into shards of 1,000 photos. `tsx bench/queue.ts MODEL FOLDER-OF-CLASS-FOLDERS PHOTOS ROUNDS`; wants redis-server.
// Processor time counts coordinator, worker and server together, from the start of the run to its end.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { median } from "./report.ts";

const [model, photos, count, rounds] = process.argv.slice(2) as [string, string, string, string];
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const port = 20_000 + Math.floor(Math.random() * 10_000);
const url = `redis://127.0.0.1:${port}`;
const start = (command: string, args: readonly string[]): ChildProcess =>
  spawn(command, args, { stdio: "ignore" });

/** A run whose shards have 1,000 photos, of which none is computed. */
function freshRun(): { folder: string; manifest: string } {
  const folder = mkdtempSync(join(tmpdir(), "striate-bench-"));
  const asked = ["census", model, photos, "--limit", count, "--sheets", "0", "--out", folder];
  // One photo's manifest, whose shard is thrown away.
  spawnSync(process.execPath, [main, ...asked, "--shard", "1/100000"]);
  const manifest = join(folder, "run", "manifest.json");
  const record = JSON.parse(readFileSync(manifest, "utf8")) as Record<string, unknown>;
  writeFileSync(manifest, JSON.stringify({ ...record, shard: 1000 }));
  rmSync(join(folder, "run", "shards"), { recursive: true });
  return { folder, manifest };
}

/** Seconds of processor time that a process has taken. */
function cpuOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function measure(args: readonly string[], others: readonly ChildProcess[] = []) {
  const { folder, manifest } = freshRun();
  const before = others.map(cpuOf);
  const begun = performance.now();
  const timed = 'TIMEFORMAT="%U %S"; time "$0" "$@" >/dev/null 2>/dev/null';
  const child = spawn("bash", ["-c", timed, process.execPath, main, "run", manifest, ...args]);
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said += String(text)));
  const code = await new Promise((resolve) => child.on("exit", resolve));
  if (code !== 0) throw new Error(said);
  const wall = (performance.now() - begun) / 1000;
  const [user, system] = said.trim().split(" ").map(Number);
  const cpu = others.reduce((sum, each, i) => sum + cpuOf(each) - before[i]!, user! + system!);
  rmSync(folder, { recursive: true });
  return { wall, cpu };
}

const server = start("redis-server", ["--port", String(port), "--save", "", "--appendonly", "no"]);
await sleep(500);
const worker = start(process.execPath, [main, "work", url]);
await sleep(2000);
const [walls, cpus]: [number[], number[]] = [[], []];
try {
  for (let round = 0; round < Number(rounds); round++) {
    const queued = await measure(["--queue", url], [worker, server]);
    const alone = await measure(["--workers", "1"]);
    for (const [what, { wall, cpu }] of Object.entries({ queued, alone }))
      process.stdout.write(
        `${what.padEnd(8)}${wall.toFixed(1)} s, ${cpu.toFixed(1)} s of processor\n`,
      );
    walls.push(queued.wall / alone.wall);
    cpus.push(queued.cpu / alone.cpu);
  }
} finally {
  worker.kill();
  server.kill();
}
process.stdout.write(
  `queue to one process, shards of 1,000: clock ${median(walls).toFixed(3)}, processor time ${median(cpus).toFixed(3)}\n`,
);
