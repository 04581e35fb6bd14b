// Runs the checks that need no tests, two at a time, and shows what each says when it has ended. The longest comes
// first.
import { spawn } from "node:child_process";

const waiting = ["types", "lint", "format:check", "floors"];
const failed = [];

/** Takes one check after the other. */
async function work() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const { code, said } = await check(name);
    process.stdout.write(said);
    if (code !== 0) failed.push(name);
  }
}

/** Runs a script of package.json. */
const check = (name) =>
  new Promise((resolve, reject) => {
    const said = [];
    // A shell finds npm under Windows too.
    const child = spawn(`npm run ${name}`, { shell: true });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (piece) => said.push(piece));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, said: Buffer.concat(said) }));
  });

await Promise.all([work(), work()]);
if (failed.length > 0) {
  console.error(`failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}
