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

const open = new Set<Browser>();
const faults: string[] = [];

/** @param changes to {@link chromiumOptions} */
export async function launchChromium(changes: LaunchOptions = {}): Promise<Browser> {
  const browser = await chromium.launch({ ...chromiumOptions, ...changes });
  open.add(browser);
  browser.on("disconnected", () => open.delete(browser));
  const newContext = browser.newContext.bind(browser);
  // `newPage` opens one of these too.
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(patience);
    context.on("weberror", (error) => faults.push(error.error().message));
    context.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    return context;
  };
  return browser;
}

/** What all pages that are open show, in words, and what went wrong in them last: for a test that fails. */
export async function whatIsShown(): Promise<string> {
  const pages = [...open].flatMap((browser) => browser.contexts().flatMap((one) => one.pages()));
  const words = await Promise.all(pages.map(wordsOf));
  return [...words, ...faults.slice(-5).map((fault) => `in the console: ${fault}`)].join("\n");
}

async function wordsOf(page: Page): Promise<string> {
  const read = page.evaluate(() => {
    const notices = [...document.querySelectorAll(".notices > *, [role=alert]")];
    const said = notices.map(({ textContent }) => `notice: ${textContent}`).join("\n");
    return `${location.href}\n${said}\n${document.body.innerText.slice(0, 2000)}`;
  });
  const silent = new Promise<string>((resolve) => setTimeout(resolve, 5000, "answers nothing"));
  const text = await Promise.race([read.catch(String), silent]);
  return `--- page at ${text.replace(/\s*\n\s*/g, "\n")}`;
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
