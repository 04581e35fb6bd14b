// The picture that README opens with, from the packaged network and the packaged dog:
//   npm run build && node scripts/readme-picture.mjs
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "striate-"));
const args = [
  "see",
  "dist/demo/dog.jpg",
  "--model",
  "models/cat_vs_dog.h5",
  "--layers",
  "max_pooling2d_1",
];
const { status, stderr } = spawnSync(
  process.execPath,
  ["dist/cli/main.js", ...args, "--out", folder, "--no-preview"],
  { cwd: root, encoding: "utf8" },
);
if (status !== 0) throw new Error(stderr);
copyFileSync(join(folder, "01_max_pooling2d_1.png"), join(root, "docs/pictures/see.png"));
rmSync(folder, { recursive: true });
