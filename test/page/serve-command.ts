import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** The built `striate serve`, once it has said where it is. */
export async function serveCommand(
  ...args: string[]
): Promise<{ address: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [main, "serve", "--port", "0", ...args]);
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (text: Buffer) => resolve(text.toString().split("\n")[0]!));
    child.stderr.once("data", (text: Buffer) => reject(new Error(text.toString())));
  });
  return { address, child };
}
