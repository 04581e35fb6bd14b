import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/**
 * Longer checks, which `.ci/run` makes besides (`npm run long`): in Chromium, with Redis, under strace, on a full
 * disk, of the packed package, of every flag, of three forms of a golden network, of damaged files by the thousand.
 */
const long = [
  "absurd-flags",
  "attack",
  "browser",
  "browser-views",
  "census-photos",
  "disk-full",
  "element",
  "explain-golden",
  "fuzz",
  "hostile-names",
  "linear",
  "outputs",
  "page",
  "page-hostile",
  "page-opening",
  "page-data",
  "page-train",
  "page-visit",
  "page-webgpu",
  "page-webkit",
  "package",
  "photo-runs",
  "queue",
  "readme",
  "report",
  "runs",
  "runtimes",
  "silence",
  "training-example",
  "two-engines",
  "views-light",
].map((name) => `test/${name}.test.ts`);
const within = (time: number) => ({ testTimeout: time, hookTimeout: 2 * time });
const all = ["src/**/*.test.ts", "test/**/*.test.ts"];

export default defineConfig({
  resolve: {
    alias: {
      // As in the build for Node.
      "onnxruntime-web/wasm": "onnxruntime-web",
      "#platform": fileURLToPath(new URL("./src/node/platform.ts", import.meta.url)),
      striate: fileURLToPath(new URL("./src/index.ts", import.meta.url)),
    },
  },
  test: {
    projects: [
      // Without isolation a worker imports striate once, not once a file: 3.5 minutes instead of 5. Tests that change
      // something of the process put it back.
      { extends: true, test: { name: "unit", include: all, exclude: long, isolate: false } },
      // A step in a browser has 45 seconds (test/page/chromium.ts), a value that is asked for again and again 30.
      {
        extends: true,
        test: {
          name: "long",
          include: long,
          ...within(240_000),
          expect: { poll: { timeout: 30_000 } },
        },
      },
    ],
    globalSetup: ["test/global-setup.ts"],
    ...within(60_000),
    pool: "forks",
    maxWorkers: 2,
  },
});
