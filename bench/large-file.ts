// How much memory and time `striate see` takes for a large model file, as a whole process:
// `tsx bench/large-file.ts MODEL PHOTO [RUNS]`, with a file by large-file.py.
import { statSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { textTable } from "../src/base/text-table.ts";
import { type CommandUsage, measureCommand } from "./measure-command.ts";
import { median } from "./report.ts";

const [model, photo, runs = "5"] = process.argv.slice(2) as [string, string, string?];
const size = statSync(model).size;

function row(title: string, layers: string): string[] {
  const args = ["see", photo, "--model", model, "--layers", layers];
  measureCommand(args);
  const usages = Array.from({ length: Number(runs) }, () => measureCommand(args));
  const of = (key: keyof CommandUsage) => median(usages.map((usage) => usage[key]));
  const most = Math.max(...usages.map(({ peak }) => peak));
  return [
    title,
    `${of("wall").toFixed(2)} s`,
    `${of("cpu").toFixed(2)} s`,
    `${(of("peak") / 1e6).toFixed(0)} MB`,
    (of("peak") / size).toFixed(2),
    (most / size).toFixed(2),
  ];
}

const titles = ["", "wall", "processor", "peak", "of the file", "at most"];
process.stdout.write(
  `${cpus()[0]!.model}, ${availableParallelism()} cores, Node ${process.version}; ` +
    `${(size / 1e6).toFixed(1)} MB, medians of ${runs} runs\n\n` +
    `${textTable(
      titles.map((title, i) => ({ title, right: i > 0 })),
      [
        row("one layer's maps and the prediction", "block1_conv1"),
        row("every convolution's maps and the prediction", "conv"),
      ],
    )}\n`,
);
