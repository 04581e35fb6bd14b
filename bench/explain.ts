// The ways of seeing beside captum's and pytorch-grad-cam's on PyTorch, in alternating rounds.
// `tsx bench/explain.ts MODEL [PYTHON] [ROUNDS] [THREADS]`: MODEL is the tutorial's .h5, PYTHON an
// interpreter with torch, captum and grad-cam. Nothing else should run on the machine meanwhile.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { textTable } from "../src/base/text-table.ts";
import { median } from "./report.ts";

type Times = Record<string, { wall: number; cpu: number }>;

const [model, python, rounds = "3", threads = "2"] = process.argv.slice(2);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const cases = [
  "gradient",
  "grad-cam",
  "all CAMs",
  "integrated-gradients",
  "smoothgrad",
  "occlusion",
  "rise",
  "maximise",
];

function run(command: string, args: readonly string[]): Times {
  const { stdout, stderr } = spawnSync(command, [...args, model!, threads, ...cases], {
    encoding: "utf8",
  });
  const last = stdout.trim().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) throw new Error(stderr);
  return JSON.parse(last) as Times;
}

const ours: Times[] = [];
const theirs: Times[] = [];
for (let round = 0; round < Number(rounds); round++) {
  ours.push(run(process.execPath, ["--import", "tsx", here("explain-engine.ts")]));
  if (python) theirs.push(run(python, [here("explain-torch.py")]));
}
const lines = cases.map((name) => {
  const of = (sides: readonly Times[], key: "wall" | "cpu") =>
    sides.map((side) => side[name]![key]);
  const ratio = (key: "wall" | "cpu") =>
    median(of(ours, key).map((value, i) => value / of(theirs, key)[i]!)).toFixed(2);
  const shown = (sides: readonly Times[]) => `${median(of(sides, "wall")).toFixed(0)} ms`;
  return [name, shown(ours), ...(python ? [shown(theirs), ratio("wall"), ratio("cpu")] : [])];
});
const titles = ["", "striate", ...(python ? ["PyTorch", "ratio", "of processor time"] : [])];
process.stdout.write(
  `${textTable(
    titles.map((title, i) => ({ title, right: i > 0 })),
    lines,
  )}\n`,
);
