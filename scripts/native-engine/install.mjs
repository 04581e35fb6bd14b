// In the checkout networks run natively: this folder is a workspace that wants the tested version of the engine. Its
// install script fetches CUDA's libraries from another server than npm's; where that fails, npm (10 and older, which
// run it) leaves the package out, as it may with an optional one. Then it is installed here without its script.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const name = "onnxruntime-node";
if (!existsSync(`node_modules/${name}/package.json`)) {
  const wanted = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
  const args = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { status } = spawnSync("npm", [...args, `${name}@${wanted.optionalDependencies[name]}`], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) console.error(`${name} could not be installed; networks run in WebAssembly`);
}
