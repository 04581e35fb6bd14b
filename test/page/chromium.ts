import { readFileSync } from "node:fs";
import { type Browser, type LaunchOptions, type Page, chromium } from "playwright-core";

export const chromiumPath = "/usr/bin/chromium";

/** Debian's Chromium, which asks nobody for anything by itself. */
export const chromiumOptions: LaunchOptions = {
  executablePath: chromiumPath,
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--expose-gc",
  ],
};

/** How long a step in a page may take: less than a test may, so that what does not come is named. */
const patience = 45_000;

/** @param changes to {@link chromiumOptions} */
export async function launchChromium(changes: LaunchOptions = {}): Promise<Browser> {
  const browser = await chromium.launch({ ...chromiumOptions, ...changes });
  const newContext = browser.newContext.bind(browser);
  // `newPage` opens one of these too.
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(patience);
    return context;
  };
  return browser;
}

/** Bytes of memory that the processes of its pages have, once what nobody needs is let go. */
export async function pageMemory(browser: Browser, page: Page): Promise<number> {
  const collect = () => (globalThis as unknown as { gc(): void }).gc();
  // The threads of the engine wait in C++ and hear nothing.
  const workers = page.workers().filter((worker) => !/\/ort-/.test(worker.url()));
  await page.evaluate(collect);
  for (const worker of workers) await worker.evaluate(collect);
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const pages = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  const resident = (id: number): number => {
    const [, pages = "0"] = readFileSync(`/proc/${id}/statm`, "utf8").split(" ");
    return Number(pages) * 4096;
  };
  return pages.reduce((sum, id) => sum + resident(id), 0);
}
