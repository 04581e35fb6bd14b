// A census as a whole process, decoding included, beside the same work in TensorFlow, in alternating rounds; and by
// two workers beside one, and beside one that has a single core (a worker alone decodes on the other core while its
// engine computes). `tsx bench/census.ts MODEL FOLDER-OF-CLASS-FOLDERS PHOTOS ROUNDS [PYTHON]`
// Processor time is told beside the clock: on a machine that does other work only the first can be compared.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./report.ts";

const [model, photos, count, rounds, python] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string?,
];
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const peer = fileURLToPath(new URL("census.py", import.meta.url));

interface Usage {
  /** Seconds by the clock, and of all processors together. */
  readonly wall: number;
  readonly cpu: number;
  /** Bytes of all processes together, at the most. */
  readonly peak: number;
}

/** Runs a command with all the processes that it starts. */
async function measure(command: readonly string[]): Promise<Usage> {
  const timed = 'TIMEFORMAT="%R %U %S"; time "$0" "$@" >/dev/null 2>/dev/null';
  const child = spawn("bash", ["-c", timed, ...command]);
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said += String(text)));
  let peak = 0;
  const look = setInterval(() => (peak = Math.max(peak, memoryOf(child.pid!))), 100);
  const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
  clearInterval(look);
  const [wall, user, system] = said.trim().split("\n").at(-1)!.split(" ").map(Number);
  if (code !== 0) throw new Error(`${command.join(" ")}: ${said}`);
  return { wall: wall!, cpu: user! + system!, peak };
}

/** What a process and its descendants hold in memory of their own. */
function memoryOf(root: number): number {
  const parents = new Map<number, number>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ");
      parents.set(Number(pid), Number(fields[1]));
    } catch {
      // It has ended.
    }
  const isOf = (pid: number): boolean =>
    pid === root || (parents.has(pid) && isOf(parents.get(pid)!));
  let sum = 0;
  for (const pid of parents.keys())
    try {
      if (isOf(pid))
        sum += 4096 * Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]);
    } catch {
      // It has ended.
    }
  return sum;
}

async function census(workers: number, how: readonly string[] = []): Promise<Usage> {
  const out = mkdtempSync(join(tmpdir(), "striate-bench-"));
  const asked = ["--limit", count, "--sheets", "0", "--workers", String(workers), "--out", out];
  const usage = await measure([...how, process.execPath, main, "census", model, photos, ...asked]);
  rmSync(out, { recursive: true });
  return usage;
}

const line = (what: string, { wall, cpu, peak }: Usage): void => {
  const rate = `${(Number(count) / wall).toFixed(0)} photos/s, ${((1000 * cpu) / Number(count)).toFixed(1)} ms of processor a photo`;
  process.stdout.write(
    `${what.padEnd(24)}${wall.toFixed(1)} s, ${rate}, ${(peak / 1e6).toFixed(0)} MB\n`,
  );
};
process.stdout.write(
  `${cpus()[0]!.model}, ${availableParallelism()} cores, Node ${process.version}\n`,
);
const ratios = {
  wall: [] as number[],
  cpu: [] as number[],
  peak: [] as number[],
  scale: [] as number[],
  core: [] as number[],
};
for (let round = 0; round < Number(rounds); round++) {
  const [two, one] = [await census(2), await census(1)];
  line("striate, 2 workers", two);
  line("striate, 1 worker", one);
  ratios.scale.push(one.wall / two.wall);
  const core = await census(1, ["taskset", "-c", "0"]);
  line("striate, 1 on one core", core);
  ratios.core.push(core.wall / two.wall);
  if (python === undefined) continue;
  const other = await measure([python, peer, model, photos, count]);
  line("TensorFlow", other);
  ratios.wall.push(other.wall / two.wall);
  ratios.cpu.push(other.cpu / two.cpu);
  ratios.peak.push(two.peak / other.peak);
}
process.stdout.write(
  `2 workers to 1: ${median(ratios.scale).toFixed(2)} times; to 1 on one core: ${median(ratios.core).toFixed(2)}\n`,
);
if (ratios.wall.length > 0)
  process.stdout.write(
    `TensorFlow's time to striate's: ${median(ratios.wall).toFixed(2)}; processor time ${median(ratios.cpu).toFixed(2)}; ` +
      `striate's memory to TensorFlow's: ${median(ratios.peak).toFixed(2)}\n`,
  );
