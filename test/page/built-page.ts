import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { striate } from "../command-line.ts";
import { chromiumOptions, launchChromium } from "./chromium.ts";
import { hostSite } from "./static-site.ts";

/** The page as `striate build-page` writes it, on a plain host, and Chromium to look at it. */
export interface BuiltPage {
  /** For what a test writes; it goes with the page. */
  readonly folder: string;
  readonly server: Server;
  readonly address: string;
  readonly browser: Browser;
  /** What no page may ever have: an error in the console. */
  readonly faults: string[];
  /** The page at a link, once its answer is there, in a context of its own unless one is given. */
  visit(hash?: string, context?: BrowserContext): Promise<Page>;
  /** Writes down the faults of a page from now on. */
  watch(page: Page): Page;
  close(): Promise<void>;
}

const webgpuFlags = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
];

/**
 * @param options.isolated whether the host itself lets the page have threads
 * @param options.webgpu whether the engine for it is there, and a graphics card in software where the browser has one
 * @param options.camera whether there is one: it shows a clock, and nobody has to say yes
 */
export async function openBuiltPage({
  isolated = false,
  camera = false,
  webgpu = false,
} = {}): Promise<BuiltPage> {
  const folder = mkdtempSync(join(tmpdir(), "striate-page-"));
  const built = ["build-page", join(folder, "site"), ...(webgpu ? ["--webgpu"] : [])];
  const { code, err } = striate(built);
  if (code !== 0) throw new Error(err);
  const { server, address } = await hostSite(join(folder, "site"), { isolated });
  const cameraFlags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
  const own = chromiumOptions.args!.filter((flag) => !webgpu || flag !== "--disable-gpu");
  const args = [...own, ...(camera ? cameraFlags : []), ...(webgpu ? webgpuFlags : [])];
  const browser = await launchChromium({ args });
  const faults: string[] = [];
  const watch = (page: Page): Page => {
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      // A server that ends with its training leaves what it was still giving out.
      const isOwn = page.url().startsWith(address) || page.url() === "about:blank";
      if (message.type() === "error" && isOwn) faults.push(message.text());
    });
    return page;
  };
  return {
    ...{ folder, server, address, browser, faults, watch },
    async visit(hash = "", context) {
      context ??= await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const page = watch(await context.newPage());
      await page.goto(address + hash);
      await page.locator(".answer-panel .best", { hasText: "Dog" }).waitFor();
      return page;
    },
    async close() {
      await browser.close();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
