import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const inputs = ["src", "app", "scripts", "package-lock.json", "tsconfig.types.json"];

/**
 * Whether dist/ is whole, with its types, and no older than what it is made of. `npx striate` in a checkout links
 * the checkout into npm's cache, which prepares it a second time: half a minute for what is there already.
 */
export function isBuilt() {
  const last = "dist/types/index.d.ts";
  if (!existsSync(last)) return false;
  const built = statSync(last).mtimeMs;
  return inputs.every((input) => newest(input) <= built);
}

/** When a file, or anything in a folder, was changed last; a folder changes where something is taken out of it. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
