import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { featureMapsView, gradCamView, layers, loadModel, readImage, sequential } from "striate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noiseImage } from "../src/model/photo/noise-input.ts";
import { Random } from "../src/base/random.ts";
import { striate } from "./command-line.ts";
import { axeFindings } from "./page/axe.ts";
import { chromiumPath, launchChromium } from "./page/chromium.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const network = join(root, "models/cat_vs_dog.h5");
const photo = join(root, "dist/demo/dog.jpg");
const folder = mkdtempSync(join(tmpdir(), "striate-report-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("--out NAME.html", () => {
  it("is one page, which names its files by their hashes and no folder of this computer", () => {
    const out = join(folder, "dog.html");
    const run = striate(["see", photo, "--model", network, "--out", out]);
    expect(run.code).toBe(0);
    expect(run.out).toMatch(/wrote .*dog\.html \([\d.]+ MB\): one page/);
    // The tutorial's four convolutions; the bound is 6 MB.
    expect(statSync(out).size).toBeLessThan(2e6);
    const html = readFileSync(out, "utf8");
    expect(html).toMatch(/"dog\.jpg","value":"SHA-256 [0-9a-f]{64}"/);
    expect(html).not.toContain(root);
    expect(html).not.toMatch(/https?:\/\/(?!arxiv|www\.w3\.org|svelte\.dev)/);
  });

  it("has several photos and methods of explain, and of a view with a command", () => {
    const out = join(folder, "why.html");
    const cat = join(root, "dist/demo/cat.jpg");
    const methods = ["--method", "grad-cam,gradient", "--out", out];
    expect(striate(["explain", photo, cat, "--model", network, ...methods]).code).toBe(0);
    const data = /id="report">(.*)<\/script>/.exec(readFileSync(out, "utf8"))![1]!;
    const report = JSON.parse(data) as { photos: { name: string }[]; sections: unknown[] };
    expect(report.photos.map(({ name }) => name)).toEqual(["dog", "cat"]);
    expect(report.sections).toHaveLength(4);
    const filters = join(folder, "filters.html");
    expect(striate(["filters", network, "--out", filters]).code).toBe(0);
    expect(readFileSync(filters, "utf8")).toContain('"kind":"picture"');
  });

  it("replaces no page of another's, but for --force", () => {
    const out = join(folder, "mine.html");
    writeFileSync(out, "<p>my own page</p>");
    const run = striate(["see", photo, "--model", network, "--out", out]);
    expect(run.code).toBe(1);
    expect(run.err).toContain("mine.html: is there already");
    expect(readFileSync(out, "utf8")).toBe("<p>my own page</p>");
    expect(striate(["see", photo, "--model", network, "--out", out, "--force"]).code).toBe(0);
  });
});

if (!existsSync(chromiumPath))
  describe("a report", () => it.skip(`skipped: there is no ${chromiumPath}`));
else
  describe("a report, opened from disk in Chromium", () => {
    let browser: Browser;
    const faults: string[] = [];
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser?.close());

    async function open(name: string, options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        ...options,
      });
      const page = await context.newPage();
      page.on("console", (message) => faults.push(message.text()));
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("request", (request) => {
        if (!/^(file|data|blob):/.test(request.url())) faults.push(request.url());
      });
      await page.goto(pathToFileURL(join(folder, name)).href);
      await page.waitForSelector("h1");
      return page;
    }

    /** What the page says of the value that is pointed at. */
    const said = async (page: Page) => {
      await page.locator(".readout p").nth(2).waitFor();
      const lines = await page.locator(".readout p").allTextContents();
      return { layer: lines[0], value: Number(lines[1]!.replace("−", "-")), where: lines[2] };
    };

    it("shows the value that Node's engine gave, under the pointer and by keys", async () => {
      const page = await open("dog.html");
      const model = await loadModel(network);
      const seen = await model.view(featureMapsView, await readImage(photo));
      const made = seen.result[0]!.activations[0]!;
      const sheet = page.locator(".sheet").first();
      await sheet.locator("canvas").first().waitFor();
      const box = (await sheet.boundingBox())!;
      for (const [x, y] of [
        [60, 70],
        [200, 95],
        [451, 240],
      ]) {
        await page.mouse.move(box.x + x!, box.y + y!);
        const { layer, value, where } = await said(page);
        expect(layer).toBe("conv2d");
        const [channel, row, column] = where!.match(/\d+/g)!.map(Number);
        const { min, max } = made.statistics[channel!]!;
        const exact = made.values[(channel! * made.height + row!) * made.width + column!]!;
        // Half a step of the byte, and half a unit of the last digit that is shown.
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(((max - min) / 254) * 5.6);
        expect(value === 0).toBe(exact < (max - min) / 254 / 2);
      }
      await page.mouse.move(2, 2);
      await sheet.focus();
      await page.keyboard.press("ArrowRight");
      const where = async () => (await said(page)).where;
      await expect.poll(where).toBe("map 1, row 74, column 74");
      await page.keyboard.press("Shift+ArrowDown");
      await expect.poll(where).toBe("map 1, row 75, column 74");
      // What conv2d sees is 3 x 3 pixels of 150 on a photo of 468 x 589.
      const frame = await page.locator("svg .frame").getAttribute("d");
      expect(frame!.match(/[\d.]+/g)!.map((edge) => Math.round(Number(edge)))).toEqual([
        ...[231, 295, 240, 306, 231],
      ]);
      await model.dispose();
    });

    it("lays heatmaps over the photo: with opacity 0 it is the photo", async () => {
      const page = await open("why.html");
      const overlay = page.locator(".overlay").first();
      await overlay.locator("canvas").last().waitFor();
      const before = await overlay.screenshot();
      await page.getByLabel("Opacity").fill("0");
      const clear = await overlay.screenshot();
      await overlay
        .locator("canvas")
        .last()
        .evaluate((canvas) => canvas.remove());
      expect(clear.equals(await overlay.screenshot())).toBe(true);
      expect(clear.equals(before)).toBe(false);
      await page.locator(".photos select").selectOption("cat");
      expect(await page.locator("aside li").first().textContent()).toContain("Cat");
    });

    it.each([
      ["light", 1280, ["dog", "why", "filters"]],
      ["dark", 360, ["dog", "why"]],
    ] as const)("has nothing that axe finds: %s, %i wide", async (colorScheme, width, names) => {
      for (const name of names) {
        const page = await open(`${name}.html`, { colorScheme, viewport: { width, height: 800 } });
        expect(await axeFindings(page), name).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(overflow, name).toBe(width);
        await page.context().close();
      }
    });

    it("writes names of strangers as text", async () => {
      const evil = `</script><img src=x onerror="window.hit=1">`;
      const model = sequential([
        layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [12, 12, 3], name: "first" }),
        layers.flatten(),
        layers.dense({ units: 2, activation: "softmax" }),
      ]);
      const layer = model.network.layers.find(({ address }) => address === "first")!;
      layer.address = evil;
      const image = noiseImage(12, 12, new Random(1));
      const given = { labels: [evil, "b"], name: evil };
      const maps = await model.view(featureMapsView, image, { layers: "conv" }, given);
      writeFileSync(join(folder, "evil.html"), await maps.toHtml());
      const heat = await model.view(gradCamView, image, {}, given);
      writeFileSync(join(folder, "evil-why.html"), await heat.toHtml({ theme: "dark" }));
      for (const name of ["evil.html", "evil-why.html"]) {
        const page = await open(name);
        expect(await page.locator("body").textContent()).toContain(evil);
        expect(await page.evaluate(() => "hit" in globalThis)).toBe(false);
        expect(await page.locator("img[src=x]").count()).toBe(0);
      }
      await model.dispose();
    });

    it("had no error, and asked for nothing", () => {
      expect(faults).toEqual([]);
    });
  });
