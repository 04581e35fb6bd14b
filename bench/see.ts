// How fast a photo is seen: `striate see` as a whole process, and one photo through an open model with
// all four conv outputs. `tsx bench/see.ts MODEL.h5 PHOTO [PYTHON with tensorflow and tf_keras]`
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { activations, loadModel, readImage } from "../src/index.ts";
import { median } from "./report.ts";

const [file, photo, python] = process.argv.slice(2) as [string, string, string?];
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
/** Says the peak memory of a process when it ends, in kilobytes. */
const saysPeak =
  "data:text/javascript,process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS))";

/** One run of `striate see`: milliseconds and megabytes. */
function wholeProcess(): { wall: number; peak: number } {
  const folder = mkdtempSync(join(tmpdir(), "striate-bench-"));
  const before = performance.now();
  const args = ["--import", saysPeak, main, "see", photo, "--model", file, "--out", folder];
  const { stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const wall = performance.now() - before;
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(stderr);
  return { wall, peak: Number(/peak (\d+)/.exec(stderr)![1]) / 1e3 };
}

/** Milliseconds of one photo through an open model, the prepared tensor in, all four maps out. */
async function openModel(): Promise<number> {
  const model = await loadModel(file);
  const feeds = model.feeds(await readImage(photo));
  const times: number[] = [];
  for (let i = 0; i < 60; i++) {
    const before = performance.now();
    await activations(model, feeds);
    times.push(performance.now() - before);
  }
  await model.dispose();
  return median(times.slice(8));
}

const line = (what: string, value: string): void =>
  void process.stdout.write(`${what.padEnd(58)}${value}\n`);

line("machine", `${cpus()[0]!.model}, ${availableParallelism()} cores, Node ${process.version}`);
wholeProcess();
const runs = Array.from({ length: 5 }, wholeProcess);
line(
  "striate see, whole process, median of 5",
  `${(median(runs.map((r) => r.wall)) / 1e3).toFixed(2)} s`,
);
line("striate see, peak memory", `${Math.max(...runs.map((r) => r.peak)).toFixed(0)} MB`);
line("one photo, open model, four conv outputs, median", `${(await openModel()).toFixed(2)} ms`);
if (python) {
  const peer = fileURLToPath(new URL("tensorflow-activations.py", import.meta.url));
  const { stdout, stderr } = spawnSync(python, [peer, file], { encoding: "utf8" });
  const said = stdout.trim().split("\n").at(-1) ?? "";
  if (!said.startsWith("{")) throw new Error(stderr);
  const { engine, traced, predict } = JSON.parse(said) as Record<string, number>;
  line(`${engine}, the same, traced function`, `${traced!.toFixed(2)} ms`);
  line(`${engine}, the same, predict()`, `${predict!.toFixed(2)} ms`);
}
