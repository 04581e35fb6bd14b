import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

export interface CommandResult {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the built command as a user does: a process of its own, its output into a pipe. */
export function striate(args: readonly string[], cwd = emptyFolder()): CommandResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd,
    encoding: "utf8",
    timeout: 60_000,
    maxBuffer: 1 << 28,
  });
  return { code: status, out: stdout, err: stderr };
}

/** A new folder of its own in the system's place for temporary files. */
export const emptyFolder = (): string => mkdtempSync(join(tmpdir(), "striate-"));
