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
export const striate = (args: readonly string[], cwd = emptyFolder()): CommandResult =>
  run([process.execPath, main, ...args], cwd);

/**
 * Runs the built command where no file may become larger than `bytes`, as on a disk that is full: the
 * system refuses what a write has beyond it. For systems with a shell.
 */
export const striateWithin = (
  bytes: number,
  args: readonly string[],
  cwd = emptyFolder(),
): CommandResult => {
  // The shell counts in blocks of 512 bytes.
  const limited = `ulimit -f ${Math.floor(bytes / 512)} && exec "$0" "$@"`;
  return run(["sh", "-c", limited, process.execPath, main, ...args], cwd);
};

function run([command, ...args]: readonly string[], cwd: string): CommandResult {
  const { status, stdout, stderr } = spawnSync(command!, args, {
    cwd,
    encoding: "utf8",
    timeout: 60_000,
    maxBuffer: 1 << 28,
  });
  return { code: status, out: stdout, err: stderr };
}

/** A new folder of its own in the system's place for temporary files. */
export const emptyFolder = (): string => mkdtempSync(join(tmpdir(), "striate-"));
