// Bands on 2D canvases beside one WebGL2 context, 2,048 maps that scroll by: `npx tsx bench/maps-painters.ts [ROUNDS]`.
// Without a GPU WebGL is SwiftShader's, whose work is in the processor time of all processes.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { textTable } from "../src/base/text-table.ts";
import { chromiumOptions } from "../test/page/chromium.ts";
import type { Measured } from "./maps-painters/page.ts";
import { median } from "./report.ts";

const rounds = Number(process.argv[2] ?? 3);
const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("maps-painters/page.ts", import.meta.url))],
  ...{ bundle: true, write: false, format: "iife", target: "es2022" },
});
const browser = await chromium.launch({
  ...chromiumOptions,
  args: [
    ...chromiumOptions.args!.filter((each) => each !== "--disable-gpu"),
    ...["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  ],
});
const page = await browser.newPage({ viewport: { width: 400, height: 600 } });
await page.addScriptTag({ content: outputFiles[0]!.text });

/** Milliseconds of processor time of the page's process, and of all. */
async function work(): Promise<readonly [own: number, all: number]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const sum = (of: typeof processInfo) => 1000 * of.reduce((all, { cpuTime }) => all + cpuTime, 0);
  return [sum(processInfo.filter(({ type }) => type === "renderer")), sum(processInfo)];
}

const late = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)]!;
const names = ["bands", "webgl"] as const;
const found = new Map(names.map((name) => [name, [] as number[][]]));
for (let round = 0; round <= rounds; round++)
  for (const name of names) {
    const before = await work();
    const { first, script, frames } = await page.evaluate(
      (which) =>
        (globalThis as unknown as { measure(name: string): Promise<Measured> }).measure(which),
      name,
    );
    const after = await work();
    const each = [after[0] - before[0], after[1] - before[1]].map((time) => time / frames.length);
    // The first round is for warming up.
    if (round > 0)
      found
        .get(name)!
        .push([first, median(script), late(script), median(frames), late(frames), ...each]);
  }
const titles = [
  ...["until the maps are there, script", "script a frame", "95th percentile", "frame"],
  ...["95th percentile", "processor time a frame, page", "all processes"],
];
console.log(
  textTable(
    [{ title: "painter" }, ...titles.map((title) => ({ title, right: true }))],
    names.map((name) => [
      name,
      ...titles.map((_, i) => `${median(found.get(name)!.map((row) => row[i]!)).toFixed(2)} ms`),
    ]),
  ),
);
await browser.close();
