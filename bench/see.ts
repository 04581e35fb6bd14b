// How fast a photo is seen: `striate see` as a whole process, and one photo through an open model with
// all four conv outputs. `tsx bench/see.ts MODEL.h5 PHOTO [PYTHON with tensorflow and tf_keras]`
import { spawnSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { activations, loadModel, readImage } from "../src/index.ts";
import { measureCommand } from "./measure-command.ts";
import { median } from "./report.ts";

const [file, photo, python] = process.argv.slice(2) as [string, string, string?];

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
const wholeProcess = () => measureCommand(["see", photo, "--model", file]);
wholeProcess();
const runs = Array.from({ length: 5 }, wholeProcess);
line("striate see, whole process, median of 5", `${median(runs.map((r) => r.wall)).toFixed(2)} s`);
line("striate see, peak memory", `${(Math.max(...runs.map((r) => r.peak)) / 1e6).toFixed(0)} MB`);
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
