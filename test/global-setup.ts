import { spawnSync } from "node:child_process";

/** The end-to-end tests run the built command: build it from the sources under test. */
export default function setup(): void {
  const { status } = spawnSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
  if (status !== 0) throw new Error("the build failed");
}
