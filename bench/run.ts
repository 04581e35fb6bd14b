// The whole bench: training steps beside TensorFlow's in alternating rounds, and how fast a photo is seen.
// `npm run bench -- [PYTHON] [ROUNDS]`; PYTHON is an interpreter with tensorflow and tf_keras, without one
// only striate is measured. Nothing else should run on the machine meanwhile.
import { spawnSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { textTable } from "../src/base/text-table.ts";
import { type StepTimes, median } from "./report.ts";

const [python, rounds = "3"] = process.argv.slice(2);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const [rows, steps, warm] = [64, 14, 2];

/** Runs one side in a process of its own and reads the line of JSON that it ends with. */
function run(command: string, args: readonly string[]): StepTimes {
  const { stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  const last = stdout.trim().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) throw new Error(stderr);
  return JSON.parse(last) as StepTimes;
}

const settled = (times: StepTimes): number => median(times.wall.slice(warm));
const milliseconds = (values: readonly number[]): string => `${median(values).toFixed(0)} ms`;
const megabytes = (sides: readonly StepTimes[]): string =>
  `${Math.max(...sides.map((side) => side.peakMegabytes)).toFixed(0)} MB`;

const lines: string[][] = [];
for (const network of ["tutorial", "batch-norm", "depthwise"]) {
  const args = [here(`networks/${network}.json`), String(rows), String(steps)];
  const ours: StepTimes[] = [];
  const theirs: StepTimes[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    ours.push(run(process.execPath, ["--import", "tsx", here("train-step.ts"), ...args]));
    if (python) theirs.push(run(python, [here("tensorflow-step.py"), ...args]));
  }
  const ratios = theirs.map((side, i) => settled(ours[i]!) / settled(side));
  lines.push([
    network,
    milliseconds(ours.map(settled)),
    megabytes(ours),
    ...(python
      ? [milliseconds(theirs.map(settled)), megabytes(theirs), median(ratios).toFixed(2)]
      : []),
  ]);
}

const peer = python ? ["TensorFlow", "peak", "median ratio"] : [];
const titles = [`a training step of ${rows} rows`, "striate", "peak", ...peer];
process.stdout.write(
  `${cpus()[0]!.model}, ${availableParallelism()} cores, Node ${process.version}\n\n` +
    `${textTable(
      titles.map((title, i) => ({ title, right: i > 0 })),
      lines,
    )}\n`,
);
