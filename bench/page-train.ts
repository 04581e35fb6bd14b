// A training step in a page beside TensorFlow.js, in Debian's Chromium: `npx tsx bench/page-train.ts [TFJS] [ROUNDS]`.
// TFJS is a folder in which `npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm` was run; without it striate
// alone is measured. The sides take turns. WebGL is SwiftShader's where there is no GPU.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";
import { shared } from "../app/vite.config.ts";
import { textTable } from "../src/base/text-table.ts";
import { chromiumOptions } from "../test/page/chromium.ts";
import { hostSite } from "../test/page/static-site.ts";
import type { BenchSide } from "./page-train/main.ts";
import { type BenchNetwork, networks } from "./page-train/networks.ts";
import { median } from "./report.ts";

const [tfjs, rounds = "2"] = process.argv.slice(2);
const backends = tfjs ? ["wasm", "webgl", "cpu"] : [];
const folder = mkdtempSync(join(tmpdir(), "striate-bench-"));
const site = join(folder, "site");

await build({
  ...shared,
  configFile: false,
  root: fileURLToPath(new URL("page-train", import.meta.url)),
  base: "./",
  worker: { format: "es" },
  build: { outDir: site, target: "es2022", assetsInlineLimit: 0, reportCompressedSize: false },
});
const engine = dirname(createRequire(import.meta.url).resolve("onnxruntime-web"));
for (const ending of ["mjs", "wasm"])
  copyFileSync(
    join(engine, `ort-wasm-simd-threaded.${ending}`),
    join(site, `assets/ort-wasm-simd-threaded.${ending}`),
  );
if (tfjs) {
  mkdirSync(join(site, "tfjs"));
  const from = (path: string) => join(tfjs, "node_modules/@tensorflow", path);
  copyFileSync(from("tfjs/dist/tf.min.js"), join(site, "tfjs/tf.min.js"));
  const wasm = from("tfjs-backend-wasm");
  copyFileSync(
    join(wasm, "dist/tf-backend-wasm.min.js"),
    join(site, "tfjs/tf-backend-wasm.min.js"),
  );
  for (const name of readdirSync(join(wasm, "wasm-out")).filter((each) => each.endsWith(".wasm")))
    copyFileSync(join(wasm, "wasm-out", name), join(site, "tfjs", name));
}
const { server, address } = await hostSite(site, { isolated: true });
const browser = await chromium.launch({
  ...chromiumOptions,
  args: [
    ...chromiumOptions.args!.filter((each) => each !== "--disable-gpu"),
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
  ],
});

interface Measured {
  /** Milliseconds of a step by the clock, and of the processor, all threads and processes of the browser together. */
  readonly wall: number;
  readonly processor: number;
}

/** A page of its own for each measurement: what one leaves behind, no other has. */
async function measure(network: BenchNetwork, side: string, count: number): Promise<Measured> {
  const page = await browser.newPage();
  try {
    await page.goto(address);
    if (side !== "striate") await page.addScriptTag({ url: "/tfjs/tf.min.js" });
    if (side === "wasm") await page.addScriptTag({ url: "/tfjs/tf-backend-wasm.min.js" });
    const own = await page.evaluateHandle(
      (name) => (globalThis as unknown as { begin(name: string): BenchSide }).begin(name),
      side,
    );
    await own.evaluate((bench, given) => bench.prepare(given), network);
    // The first step compiles, whoever makes it.
    await own.evaluate((bench) => bench.run(1));
    const before = await processorSeconds();
    const times = await own.evaluate((bench, steps) => bench.run(steps), count);
    const processor = ((await processorSeconds()) - before) * 1e3;
    return { wall: median(times), processor: processor / count };
  } finally {
    await page.close();
  }
}

async function processorSeconds(): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

const lines: string[][] = [];
const show = (time: number) => `${time.toFixed(0)} ms`;
for (const network of networks) {
  const found = new Map<string, Measured[]>();
  for (let round = 0; round < Number(rounds); round++)
    for (const side of ["striate", ...backends]) {
      const steps = side === "striate" ? 8 : side === "cpu" ? 1 : 3;
      try {
        const measured = await measure(network, side, steps);
        found.set(side, [...(found.get(side) ?? []), measured]);
      } catch (error) {
        if (round === 0)
          console.log(`${network.name}, ${side}: ${(error as Error).message.split("\n")[0]}`);
      }
    }
  const medians = (side: string) => {
    const all = found.get(side)!;
    return {
      wall: median(all.map(({ wall }) => wall)),
      processor: median(all.map(({ processor }) => processor)),
    };
  };
  const own = medians("striate");
  for (const side of found.keys()) {
    const { wall, processor } = medians(side);
    const ratios = [wall / own.wall, processor / own.processor];
    lines.push([
      ...[network.name, side === "striate" ? side : `TensorFlow.js, ${side}`],
      ...[show(wall), show(processor), ...ratios.map((ratio) => ratio.toFixed(1))],
    ]);
  }
}
const titles = ["a training step in a page", "", "clock", "processor", "clock", "processor"];
console.log(
  textTable(
    titles.map((title, i) => ({ title, right: i > 1 })),
    lines,
  ),
);
await browser.close();
server.close();
rmSync(folder, { recursive: true, force: true });
