// Builds dist/: one bundle for each entry point, with shared chunks, so that a command starts fast;
// packages stay outside the bundle. Types are written beside it when TypeScript is at hand.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
rmSync("dist", { recursive: true, force: true });

const entries = [
  "src/index.ts",
  "src/cli/main.ts",
  "src/runtime/node/index.ts",
  "src/runtime/node/train-worker.ts",
].filter((file) => existsSync(file));

await build({
  entryPoints: entries,
  outdir: "dist",
  outbase: "src",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  external: ["#runtime"],
  chunkNames: "chunks/[name]-[hash]",
  logLevel: "warning",
});

if (process.argv.includes("--types") || process.env.npm_command === "pack") {
  const { status } = spawnSync(
    process.execPath,
    ["node_modules/typescript/bin/tsc", "-p", "tsconfig.types.json"],
    { stdio: "inherit" },
  );
  process.exitCode = status ?? 1;
}
