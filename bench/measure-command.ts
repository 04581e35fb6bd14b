import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
/** Says what a process has used when it ends, as JSON. */
const saysUsage =
  "data:text/javascript,process.on('exit',()=>process.stderr.write('usage '+JSON.stringify(process.resourceUsage())))";

/** What one run of the command took: seconds, and bytes of memory at the peak. */
export interface CommandUsage {
  wall: number;
  /** Of all threads together. */
  cpu: number;
  peak: number;
}

/** Runs the built command as a whole process; its pictures go into a folder that is removed. */
export function measureCommand(args: readonly string[]): CommandUsage {
  const folder = mkdtempSync(join(tmpdir(), "striate-bench-"));
  const before = performance.now();
  const all = ["--import", saysUsage, main, ...args, "--out", folder];
  const { stderr, status } = spawnSync(process.execPath, all, { encoding: "utf8" });
  const wall = (performance.now() - before) / 1e3;
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(stderr);
  const usage = JSON.parse(/usage (\{.*\})/.exec(stderr)![1]!) as NodeJS.ResourceUsage;
  const cpu = (usage.userCPUTime + usage.systemCPUTime) / 1e6;
  return { wall, cpu, peak: usage.maxRSS * 1024 };
}
