// In the checkout the tests need the native engine. Its install script fetches CUDA's libraries from another
// server than npm's; where that fails, npm (10 and older, which run it) leaves the package out, as it may with
// an optional one. Then it is installed here without its script.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const name = "onnxruntime-node";
if (!existsSync(`node_modules/${name}/package.json`)) {
  const version = JSON.parse(readFileSync("package.json", "utf8")).optionalDependencies[name];
  const args = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { status } = spawnSync("npm", [...args, `${name}@${version}`], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) console.error(`${name} could not be installed; networks run in WebAssembly`);
}
