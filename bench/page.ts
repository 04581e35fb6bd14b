// How fast the page is, in Debian's Chromium: `npx tsx bench/page.ts [ROUNDS]`, after `npm run build`.
// Nothing else should run on the machine meanwhile.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { convertModel, layers, sequential } from "striate";
import { textTable } from "../src/base/text-table.ts";
import { launchChromium } from "../test/page/chromium.ts";
import { hostSite } from "../test/page/static-site.ts";
import { striate } from "../test/command-line.ts";
import { median } from "./report.ts";

const rounds = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), "striate-bench-"));
striate(["build-page", join(folder, "site")]);
const { server, address } = await hostSite(join(folder, "site"), { isolated: true });
const browser = await launchChromium();

/** Milliseconds of processor time that all pages have used so far: what another process does is not in it. */
async function processorTime(): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const pages = processInfo.filter(({ type }) => type === "renderer");
  return 1000 * pages.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

const marked = (page: Page, name: string) =>
  page.waitForFunction((mark) => performance.getEntriesByName(mark).length > 0, name);
const firstMark = (page: Page, name: string) =>
  page.evaluate((mark) => performance.getEntriesByName(mark)[0]!.startTime, name);

/** Milliseconds from the start of loading to the maps that came with the page, and to its own; nothing is kept from before. */
async function coldLoad(): Promise<
  Record<"first" | "live", readonly [time: number, work: number]>
> {
  const before = await processorTime();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(address);
  await marked(page, "striate-maps");
  const first = (await processorTime()) - before;
  await marked(page, "striate-live");
  const live = (await processorTime()) - before;
  const times = [await firstMark(page, "striate-maps"), await firstMark(page, "striate-live")];
  await context.close();
  return { first: [times[0]!, first], live: [times[1]!, live] };
}

/** Milliseconds from the click on a photo to its maps. */
async function nextPhoto(page: Page): Promise<number> {
  const [from, to] = await page.evaluate(async () => {
    const before = performance.getEntriesByName("striate-maps").length;
    const photos = document.querySelectorAll<HTMLButtonElement>(".thumb");
    const other = [...photos].find((each) => each.getAttribute("aria-pressed") !== "true")!;
    const start = performance.now();
    other.click();
    while (performance.getEntriesByName("striate-maps").length === before)
      await new Promise((done) => setTimeout(done, 1));
    return [start, performance.getEntriesByName("striate-maps").at(-1)!.startTime] as const;
  });
  return to - from;
}

/** Milliseconds of script, style and layout from a movement of the pointer over maps to the painted answer. */
function hover(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const grid = document.querySelectorAll<HTMLElement>(".column .grid")[3]!;
    const { left, top } = grid.getBoundingClientRect();
    const times: number[] = [];
    for (let i = 0; i < 60; i++) {
      // The grid answers in the next frame: between the first and the last of what is asked of that frame.
      const begun = new Promise<number>((done) =>
        requestAnimationFrame(() => done(performance.now())),
      );
      const [clientX, clientY] = [left + 20 + i, top + 30 + i];
      grid.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, bubbles: true }));
      const ended = new Promise<number>((done) =>
        requestAnimationFrame(() => {
          void document.body.offsetHeight;
          done(performance.now());
        }),
      );
      times.push((await ended) - (await begun));
    }
    return times;
  });
}

/** Milliseconds from frame to frame while a layer's maps scroll by. */
function scroll(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const grid = document.querySelector<HTMLElement>(".column .grid")!;
    const times: number[] = [];
    let last = await new Promise<number>(requestAnimationFrame);
    for (let i = 0; i < 180; i++) {
      grid.scrollTop += 40;
      const now = await new Promise<number>(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    return times;
  });
}

const late = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)]!;
const show = (time: number): string => `${time.toFixed(time < 100 ? 1 : 0)} ms`;

const cold: Awaited<ReturnType<typeof coldLoad>>[] = [];
for (let i = 0; i < rounds; i++) cold.push(await coldLoad());

const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
await page.goto(address);
await marked(page, "striate-live");
await nextPhoto(page);
const next: number[] = [];
for (let i = 0; i < 2 * rounds; i++) next.push(await nextPhoto(page));
const hovers = await hover(page);

const wide = sequential([
  layers.conv2d({ filters: 2048, kernelSize: 3, inputShape: [34, 34, 3] }),
  layers.globalAveragePooling2d(),
  layers.dense({ units: 2, activation: "softmax" }),
]);
const [file] = await convertModel(await wide.contents(), "wide.onnx");
await page.evaluate((text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "wide.onnx"));
  window.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
}, Buffer.from(file!.bytes).toString("base64"));
await page.getByText("2048 maps").waitFor();
await page.waitForTimeout(500);
const beforeScroll = await processorTime();
const frames = await scroll(page);
const scrollWork = ((await processorTime()) - beforeScroll) / frames.length;

const site = join(folder, "site");
const index = readFileSync(join(site, "index.html"), "utf8");
const first = [...index.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.(?:js|css))"/g)].map(
  ([, path]) => path!,
);
const size = (path: string): number => gzipSync(readFileSync(join(site, path))).length;
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;
const all = readdirSync(site, { recursive: true, withFileTypes: true }).filter((entry) =>
  entry.isFile(),
);
const whole = all.reduce(
  (sum, { parentPath, name }) => sum + gzipSync(readFileSync(join(parentPath, name))).length,
  0,
);

console.log(
  textTable(
    [
      { title: "the page" },
      { title: "median", right: true },
      { title: "95th percentile", right: true },
      { title: "processor time", right: true },
    ],
    [
      ...(["first", "live"] as const).map((which) => [
        `cold load to the ${which} maps`,
        show(median(cold.map((each) => each[which][0]))),
        show(late(cold.map((each) => each[which][0]))),
        show(median(cold.map((each) => each[which][1]))),
      ]),
      ["next photo", show(median(next)), show(late(next)), ""],
      ["pointer over a map", show(median(hovers)), show(late(hovers)), ""],
      ["frame while 2,048 maps scroll", show(median(frames)), show(late(frames)), show(scrollWork)],
      [
        "script and style before the first paint, gzip",
        kilobytes(first.map(size).reduce((a, b) => a + b, 0)),
        "",
        "",
      ],
      ["the static build, gzip", `${(whole / 1e6).toFixed(1)} MB`, "", ""],
    ],
  ),
);
await browser.close();
server.close();
rmSync(folder, { recursive: true, force: true });
