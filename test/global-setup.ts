import { spawnSync } from "node:child_process";

/**
 * The end-to-end tests run the built command: `npm test` builds it from the sources under test. A
 * single test file that is run by hand takes what is built.
 */
export default function setup(): void {
  if (!["test", "unit", "long"].includes(process.env.npm_lifecycle_event ?? "")) return;
  const { status } = spawnSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
  if (status !== 0) throw new Error("the build failed");
}
