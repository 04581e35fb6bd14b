import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { striate } from "./command-line.ts";
import { overlappingZip } from "./hostile/zip.ts";
import { axeFindings } from "./page/axe.ts";
import { type BuiltPage, openBuiltPage } from "./page/built-page.ts";
import { pageMemory } from "./page/chromium.ts";
import { drop as dropInto } from "./page/drop.ts";
import { inChromium } from "./page/in-chromium.ts";
import { serveCommand } from "./page/serve-command.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

inChromium("the page", () => {
  let page: Page;
  let site: BuiltPage;

  beforeAll(async () => {
    site = await openBuiltPage();
    const context = await site.browser.newContext({ viewport: { width: 1280, height: 800 } });
    // Nor may it ask another host for anything.
    context.on("request", (request) => {
      const url = request.url();
      if (!/^(blob|data):/.test(url) && !url.startsWith(site.address)) site.faults.push(url);
    });
    page = await site.visit("", context);
  });

  afterAll(() => site?.close());

  const drop = (...files: [name: string, bytes: Uint8Array][]) => dropInto(page, ...files);
  const answer = () => page.getByRole("region", { name: "Answer" });
  const alerts = () => page.getByRole("alert");
  const best = (label: string) => answer().locator(".best", { hasText: label }).waitFor();
  /** Not the words of what is being opened, which pass by. */
  const isOpen = (name: string) => page.locator("header .file", { hasText: name }).waitFor();

  it("opens on the packaged network and dog: four columns of maps, and the answer", async () => {
    // The host sends no such headers: the service worker does, from the second loading on.
    await page.waitForFunction(() => crossOriginIsolated);
    for (const layer of ["conv2d", "conv2d_1", "conv2d_2", "conv2d_3"])
      await page.getByRole("group", { name: new RegExp(`maps of ${layer};`) }).waitFor();
    await page.getByText("66.3 %").waitFor();
    const canvas = page.locator(".column canvas").first();
    const colors = () =>
      canvas.evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, 64, 64);
        return new Set(new Uint32Array(data.buffer)).size;
      });
    await expect.poll(colors).toBeGreaterThan(50);
  });

  it("is small: all of it, and the script before the first paint", () => {
    const folder = join(site.folder, "site");
    const packed = (path: string) => gzipSync(readFileSync(join(folder, path))).length;
    const sum = (paths: Iterable<string>) => [...paths].reduce((all, one) => all + packed(one), 0);
    const all = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
    expect(sum(all)).toBeLessThan(12e6);
    // Scripts and styles that the page names, with all that these import.
    const first = new Set<string>();
    const take = (path: string): void => {
      if (first.has(path)) return;
      first.add(path);
      const text = readFileSync(join(folder, path), "utf8");
      for (const [, name] of text.matchAll(/(?:from|import) ?"\.\/([^"]+\.js)"/g))
        take(`assets/${name}`);
    };
    const index = readFileSync(join(folder, "index.html"), "utf8");
    for (const [, name] of index.matchAll(/"\.\/(assets\/[^"]+\.(?:js|css))"/g)) take(name!);
    expect(first.size).toBeGreaterThan(3);
    expect(sum(first)).toBeLessThan(100e3);
  });

  it("takes a photo that is dropped, and a network", async () => {
    await drop(["tabby.jpg", readFileSync(join(root, "dist/demo/cat.jpg"))]);
    await best("Cat");
    await page.getByRole("region", { name: "Photo" }).getByText("tabby.jpg").waitFor();
    const tflite = readFileSync(join(root, "fixtures/data/tflite/float16.tflite"));
    await drop(["small.tflite", tflite]);
    await isOpen("small.tflite");
    expect(await alerts().count()).toBe(0);
  });

  it("says in a sentence what is wrong with a broken file, and lives on", async () => {
    await drop(["broken.h5", new TextEncoder().encode("<b>no model</b>")]);
    await alerts().getByText("broken.h5").waitFor();
    expect(await page.locator("b", { hasText: "no model" }).count()).toBe(0);
    await page.getByRole("button", { name: "Dismiss this message" }).click();
    await drop(["again.h5", readFileSync(join(root, "models/cat_vs_dog.h5"))]);
    await isOpen("again.h5");
    await best("Cat");
  });

  it("is served with the command line's network, and computes there or in the page", async () => {
    const served = await serveCommand(
      join(root, "models/cat_vs_dog.h5"),
      "--photo",
      join(root, "dist/demo/cat.jpg"),
    );
    const other = await site.browser.newContext();
    const stranger = await other.newPage();
    try {
      const own = await other.newPage();
      own.on("console", (message) => {
        if (message.type() === "error") site.faults.push(message.text());
      });
      await own.goto(served.address);
      const place = own.getByRole("combobox", { name: "Where it is computed" });
      await own.getByText(/^Cat$/).filter({ visible: true }).first().waitFor();
      expect(await place.inputValue()).toBe("page");
      await place.selectOption("server");
      await expect.poll(() => place.getAttribute("title")).toContain("onnxruntime-node");
      await own.getByText("cat_vs_dog.h5", { exact: true }).waitFor();
      await own.getByText(/^Cat$/).first().waitFor();
      // A page of another origin, in the same browser with its cookies, gets nothing and starts nothing.
      await stranger.goto(`${site.address}photos/LICENSES.txt`);
      const { origin } = new URL(served.address);
      const got = await stranger.evaluate(async (target) => {
        const reached: string[] = [];
        for (const mode of ["cors", "no-cors"] as const)
          for (const [method, path] of [
            ["GET", "/api/start"],
            ["POST", "/api/call"],
            ["POST", "/api/upload"],
          ])
            await fetch(target + path, { method: method!, mode, credentials: "include" }).then(
              async (response) => reached.push(`${path} ${await response.text()}`),
              () => undefined,
            );
        return reached;
      }, origin);
      expect(got.filter((text) => !/ $/.test(text))).toEqual([]);
    } finally {
      await other.close();
      served.child.kill();
    }
  });

  it("gives the memory of twenty networks back", async () => {
    const open = async (i: number) => {
      const name = `network-${i}.h5`;
      await page.evaluate(async (called) => {
        const bytes = await (await fetch("models/cat_vs_dog.h5")).arrayBuffer();
        const data = new DataTransfer();
        data.items.add(new File([bytes], called));
        window.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
      }, name);
      await isOpen(name);
    };
    for (let i = 0; i < 3; i++) await open(i);
    const before = await pageMemory(site.browser, page);
    for (let i = 3; i < 20; i++) await open(i);
    // Kept, each would take its file and its weights twice: 35 MB, 595 in all.
    expect((await pageMemory(site.browser, page)) - before).toBeLessThan(300e6);
  });

  it("refuses a zip bomb in a sentence", async () => {
    const names = ["metadata.json", "config.json", "model.weights.h5"];
    const bomb = overlappingZip(new Uint8Array(8e6), [...names, ...names], 3e9);
    await drop(["bomb.keras", bomb]);
    await alerts().getByText("bomb.keras").waitFor();
    await page.getByRole("button", { name: "Dismiss this message" }).click();
  });

  it("is walked by the keyboard alone, and a link leads to the same place", async () => {
    await page.goto(site.address);
    await page.getByRole("group", { name: /maps of conv2d_2;/ }).focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "Enter"])
      await page.keyboard.press(key);
    await page.getByText(/products together/).waitFor();
    await page.getByRole("group", { name: /arrow keys step/ }).focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => location.hash.includes("@17,18"));
    const hash = await page.evaluate(() => location.hash);
    await page.getByRole("button", { name: "Ask why" }).first().focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.includes("tab=why"));
    await page.goBack();
    await page.getByRole("group", { name: /arrow keys step/ }).waitFor();
    expect(await page.evaluate(() => location.hash)).toBe(hash);
    await page.reload();
    await page.getByText(/products together/).waitFor();
    expect(await page.evaluate(() => location.hash)).toBe(hash);
  });

  it("asks every way of seeing of a network that was trained in the page, and saves it", async () => {
    await page.getByRole("button", { name: "Train", exact: true }).first().click();
    await page.getByLabel("epochs").fill("2");
    await page.getByLabel("pictures at most").fill("64");
    await page.getByLabel("size of the pictures").fill("32");
    await page.getByLabel("Filters of layer 1").fill("8");
    await page.locator(".form button.primary").click();
    const save = page.getByRole("button", { name: ".h5" });
    await save.waitFor();
    const waiting = page.waitForEvent("download");
    await save.click();
    const file = await (await waiting).path();
    const { out } = striate(["inspect", file]);
    expect(out).toContain("classes: blue circle");
    await page.getByRole("button", { name: "Ask why", exact: true }).first().click();
    const list = page.getByRole("region", { name: "Ways of seeing" }).getByRole("button");
    const result = page.getByRole("region", { name: "Result" });
    await list.nth(20).waitFor();
    const failed: string[] = [];
    for (const button of await list.all()) {
      await button.click();
      const stop = result.getByRole("button", { name: "Stop" });
      // What takes long is stopped: the best until then stands. It may end by itself in the same moment.
      await stop
        .waitFor({ state: "detached", timeout: 1200 })
        .catch(() => stop.click({ timeout: 1000 }).catch(() => undefined));
      await result
        .getByRole("button", { name: "Numbers (.npz)" })
        .or(result.getByRole("alert"))
        .or(result.locator(".state").getByText("Stopped before"))
        .waitFor();
      if ((await result.getByRole("alert").count()) > 0)
        failed.push(
          `${await button.textContent()}: ${await result.getByRole("alert").textContent()}`,
        );
    }
    expect(failed).toEqual([]);
  });

  it("has nothing that axe finds, in every tab, light and dark, and fits 320 pixels", async () => {
    const found: string[] = [];
    for (const theme of ["Show it dark", "Show it light"]) {
      for (const tab of ["See", "Ask why", "Compare", "Train"]) {
        await page.getByRole("navigation").getByRole("button", { name: tab, exact: true }).click();
        await page.getByRole("main").locator(".card").first().waitFor();
        await page.waitForTimeout(200);
        const here = await axeFindings(page);
        found.push(...here.map((words) => `${tab}, before ${theme}: ${words}`));
      }
      await page.getByRole("button", { name: theme }).click();
    }
    expect(found).toEqual([]);
    await page.getByRole("navigation").getByRole("button", { name: "See", exact: true }).click();
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    for (const narrow of [360, 320]) {
      await page.setViewportSize({ width: narrow, height: 740 });
      await expect.poll(width).toBe(narrow);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it("works without a network, once it was visited", async () => {
    await page.goto(site.address);
    await page.waitForFunction(async () => (await caches.keys()).length > 0);
    await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
    await new Promise((done) => site.server.close(done).closeAllConnections());
    await page.reload();
    await answer().locator(".best", { hasText: "Dog" }).waitFor();
  });

  it("has had no error in the console, and asked no other host", () => {
    expect(site.faults).toEqual([]);
  });
});
