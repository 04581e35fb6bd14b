import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convertModel, featureMapsView, layers, loadModel, readImage, sequential } from "striate";
import { axeFindings } from "./page/axe.ts";
import { chromiumPath, launchChromium } from "./page/chromium.ts";
import { hostSite } from "./page/static-site.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const network = join(root, "models/cat_vs_dog.h5");
const photo = join(root, "dist/demo/dog.jpg");

if (!existsSync(chromiumPath))
  describe("<striate-maps>", () => it.skip(`skipped: there is no ${chromiumPath}`));
else
  describe("<striate-maps>, in the example page of a project of its own", () => {
    const folder = mkdtempSync(join(tmpdir(), "striate-element-"));
    const faults: string[] = [];
    let browser: Browser;
    let page: Page;
    let site: { server: Server; address: string };

    beforeAll(async () => {
      const project = join(folder, "project");
      mkdirSync(join(project, "node_modules"), { recursive: true });
      symlinkSync(root, join(project, "node_modules/striate"));
      copyFileSync(join(root, "examples/element.html"), join(project, "index.html"));
      const outDir = join(folder, "site");
      await build({
        root: project,
        configFile: false,
        logLevel: "error",
        base: "./",
        build: { outDir, emptyOutDir: true, target: "es2022", minify: false },
      });
      copyFileSync(network, join(outDir, "cat_vs_dog.h5"));
      copyFileSync(photo, join(outDir, "dog.jpg"));
      site = await hostSite(outDir);
      browser = await launchChromium();
      page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      await page.goto(site.address);
    });

    afterAll(async () => {
      await browser?.close();
      site?.server.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it("shows the layer's maps, and says the value under the pointer", async () => {
      const sheet = page.locator("striate-maps .sheet");
      await sheet.waitFor();
      expect(page.workers().map((worker) => worker.url())).toEqual([
        expect.stringContaining("element-worker"),
      ]);
      const box = (await sheet.boundingBox())!;
      await page.mouse.move(box.x + 260, box.y + 70);
      const said = () => page.locator("output").textContent();
      await expect.poll(said).toMatch(/ is /);
      const [layer, channel, value] = /^(\w+)\[(\d+)\] is (.*)$/.exec((await said())!)!.slice(1);
      expect(layer).toBe("conv2d");
      const where = await page.locator("striate-maps .beside p").textContent();
      const [row, column] = /row (\d+), column (\d+)/.exec(where!.replace(/\s+/g, " "))!.slice(1);
      const model = await loadModel(network);
      const seen = await model.view(featureMapsView, await readImage(photo));
      const { values, height, width } = seen.result[0]!.activations[0]!;
      const at = (Number(channel) * height + Number(row)) * width + Number(column);
      expect(Number(value)).toBeCloseTo(values[at]!, 5);
      await model.dispose();
    });

    it("draws anew when an attribute changes", async () => {
      await page.locator("select[name=layer]").selectOption("conv2d_3");
      await page.locator("striate-maps section[aria-label=conv2d_3]").waitFor();
      await expect.poll(() => page.locator("striate-maps section").count()).toBe(1);
      await page.locator("select[name=scale]").selectOption("symmetric");
      await expect.poll(() => page.locator("striate-maps .scale").textContent()).toMatch(/^−/);
    });

    it("says in its place what is wrong, and lives on", async () => {
      const change = (name: string, value: string) =>
        page.locator("striate-maps").evaluate(
          (element, [key, to]) =>
            new Promise<string>((done) => {
              element.addEventListener(
                "error",
                (event) => done((event as CustomEvent<{ message: string }>).detail.message),
                { once: true },
              );
              element.addEventListener("load", () => done("shown"), { once: true });
              element.setAttribute(key!, to!);
            }),
          [name, value],
        );
      const message = await change("layer", "conv9");
      expect(message).toContain("conv9");
      const alert = page.locator("striate-maps [role=alert]");
      expect(await alert.textContent()).toBe(message);
      expect(await change("layer", "conv2d_2")).toBe("shown");
      await alert.waitFor({ state: "detached" });
      expect(await change("model", "dog.jpg")).toContain("dog.jpg");
      expect(await change("model", "cat_vs_dog.h5")).toBe("shown");
    });

    it("shows a stranger's names as text, its file's and its layers'", async () => {
      const name = `<img src=x onerror="globalThis.hit=1">\u202egnp`;
      const model = sequential([
        layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [24, 24, 3], name }),
        layers.flatten(),
        layers.dense({ units: 2, activation: "softmax", name: "</output><svg onload=hit>" }),
      ]);
      const contents = await model.contents();
      contents.network.labels = [`"><svg onload="globalThis.hit=2">`, "javascript:hit=3"];
      const [file] = await convertModel(contents, "hostile.onnx");
      writeFileSync(join(folder, "site", "hostile.onnx"), file!.bytes);
      await model.dispose();
      const other = await browser.newPage();
      await other.goto(site.address);
      const maps = other.locator("striate-maps");
      const set = (key: string, value: string) =>
        maps.evaluate((element, [key, to]) => element.setAttribute(key!, to!), [key, value]);
      await maps.locator(".sheet").waitFor();
      await set("layer", "conv");
      await set("model", "hostile.onnx");
      await maps.getByText("onerror").first().waitFor();
      await set("layer", name);
      await set("model", `missing/${name}.h5`);
      await maps.getByRole("alert").getByText("onerror").waitFor();
      expect(await other.evaluate(() => "hit" in globalThis)).toBe(false);
      expect(await other.locator('img[src="x"], svg[onload], [href^="javascript:"]').count()).toBe(
        0,
      );
      await other.close();
    });

    it("computes in the page itself where no worker may start", async () => {
      const other = await browser.newPage();
      await other.route("**/*element-worker*", (route) => route.abort());
      await other.goto(site.address);
      await other.locator("striate-maps .sheet").waitFor();
      expect(other.workers()).toEqual([]);
      await other.close();
    });

    it("has nothing that axe finds, no error in the console", async () => {
      expect(await axeFindings(page)).toEqual([]);
      expect(faults).toEqual([]);
      if (process.env.STRIATE_SHOT) await page.screenshot({ path: process.env.STRIATE_SHOT });
    });
  });
