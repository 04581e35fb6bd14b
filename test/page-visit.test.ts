import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext, Page } from "playwright-core";
import { convertModel, layers, sequential } from "striate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltPage, openBuiltPage } from "./page/built-page.ts";
import { chromiumPath } from "./page/chromium.ts";
import { drop } from "./page/drop.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

// What people do who do not wait: go back, press something while something else is computed, bring what does not fit.
if (!existsSync(chromiumPath))
  describe("a visit", () => it.skip(`skipped: there is no ${chromiumPath}`));
else
  describe("a visit of somebody who does not wait, in Chromium", () => {
    let site: BuiltPage;
    let context: BrowserContext;
    let page: Page;
    const photo = readFileSync(join(root, "dist/demo/cat.jpg"));

    beforeAll(async () => {
      site = await openBuiltPage({ isolated: true });
      copyFileSync(join(root, "models/cat_vs_dog.h5"), join(site.folder, "site/other.h5"));
      context = await site.browser.newContext({ viewport: { width: 1280, height: 800 } });
      page = await visit();
    });
    afterAll(() => site?.close());

    async function visit(hash = ""): Promise<Page> {
      const opened = site.watch(await context.newPage());
      await opened.goto(site.address + hash);
      await opened.locator(".answer-panel .best", { hasText: "Dog" }).waitFor();
      return opened;
    }
    const answer = (of = page) => of.getByRole("region", { name: "Answer" });
    const isOpen = (name: string) => page.locator("header .file", { hasText: name }).waitFor();
    const tab = (name: string, of = page) =>
      of.getByRole("navigation").getByRole("button", { name, exact: true }).click();
    const result = () => page.getByRole("region", { name: "Result" });
    const dismiss = () => page.getByRole("button", { name: "Dismiss this message" }).click();

    it("back and forward, faster than networks open, end where the address says", async () => {
      const link = `model=${site.address}other.h5`;
      await page.evaluate((hash) => (location.hash = hash), link);
      await isOpen("other.h5");
      for (const way of ["back", "forward", "back", "forward", "back"] as const) {
        await page.evaluate((to) => history[to](), way);
        await page.waitForFunction(
          ([hash, to]) => location.hash.includes(hash!) === (to === "forward"),
          [link, way] as const,
        );
      }
      await isOpen("cat_vs_dog.h5");
      await page.evaluate(() => history.forward());
      await isOpen("other.h5");
      expect(await page.evaluate(() => location.hash)).toBe(`#${link}`);
    });

    it("a network that takes no photo says so, and is asked what needs none", async () => {
      const model = sequential([
        layers.dense({ units: 4, inputShape: [10] }),
        layers.dense({ units: 2 }),
      ]);
      const [file] = await convertModel(await model.contents(), "table.keras");
      await model.dispose();
      await drop(page, ["table.keras", file!.bytes]);
      await isOpen("table.keras");
      await page.getByText(/table\.keras takes no single picture, but .* \(10\)/).waitFor();
      await tab("Ask why");
      await result().getByText("Done.").waitFor();
      expect(await page.getByRole("button", { name: "Grad-CAM", exact: true }).count()).toBe(0);
      await tab("Compare");
      await page.getByText(/table\.keras takes no single picture/).waitFor();
      expect(await page.getByRole("alert").count()).toBe(0);
      // Nor is it the second network of a comparison.
      await drop(page, ["own.h5", readFileSync(join(root, "models/cat_vs_dog.h5"))]);
      await isOpen("own.h5");
      await page.getByRole("button", { name: "Second network" }).click();
      const buffer = Buffer.from(file!.bytes);
      const second = { name: "table.keras", mimeType: "application/octet-stream", buffer };
      await page.getByRole("dialog").getByLabel("A file", { exact: true }).setInputFiles(second);
      await page.getByRole("alert").getByText("table.keras takes no single picture").waitFor();
      await dismiss();
      await page.getByRole("button", { name: "Second network" }).waitFor();
      await tab("See");
    });

    it("a layer may be called conv, and two classes alike", async () => {
      const model = sequential([
        layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [16, 16, 3], name: "conv" }),
        layers.flatten(),
        layers.dense({ units: 3, activation: "softmax", name: "last" }),
      ]);
      const contents = await model.contents();
      contents.network.labels = ["crane", "crane", "swan"];
      const [file] = await convertModel(contents, "crane.onnx");
      await model.dispose();
      await drop(page, ["crane.onnx", file!.bytes]);
      await isOpen("crane.onnx");
      await tab("Ask why");
      await result().getByText("Done.").waitFor();
      await tab("See");
    });

    it("photos that are more than it keeps, and a photo beside a network", async () => {
      const many = Array.from({ length: 10 }, (_, i) => [`${i}.jpg`, photo] as [string, Buffer]);
      await drop(page, ...many);
      await page.getByRole("alert").getByText("8 of the 10 photos").waitFor();
      await dismiss();
      const h5 = readFileSync(join(root, "models/cat_vs_dog.h5"));
      await drop(page, ["beside.jpg", photo], ["both.h5", h5]);
      await isOpen("both.h5");
      await page.getByRole("region", { name: "Photo" }).getByText("beside.jpg").waitFor();
      await answer().locator(".best", { hasText: "Cat" }).waitFor();
    });

    it("what is asked while it trains waits, says for what, and can be stopped", async () => {
      await tab("Train");
      await page.getByLabel("epochs").fill("500");
      await page.getByLabel("pictures at most").fill("40");
      await page.locator(".form button.primary").click();
      await page.getByRole("region", { name: "Maps of the probes" }).waitFor();
      await tab("Ask why");
      await result().getByText("after the training").waitFor();
      await result().getByRole("button", { name: "Stop" }).click();
      await tab("Train");
      await page.locator(".form").getByRole("button", { name: "Stop" }).click();
      await page.getByRole("group", { name: "Save the network" }).waitFor();
      expect(await page.getByLabel("Where it is computed").isDisabled()).toBe(true);
    });

    it("the trained network is still there when another one was opened", async () => {
      const download = page.waitForEvent("download");
      await drop(page, ["next.h5", readFileSync(join(root, "models/cat_vs_dog.h5"))]);
      await isOpen("next.h5");
      await page.getByRole("button", { name: ".keras", exact: true }).click();
      expect((await download).suggestedFilename()).toMatch(/^epoch_\d+\.keras$/);
      await page.getByRole("button", { name: "Open the trained one" }).click();
      await page.getByText("It is open: look into it under See").waitFor();
      await tab("See");
      await answer().getByText("red square").first().waitFor();
    });

    it("a link to what is not there says so, and something else can be opened", async () => {
      const lost = await context.newPage();
      await lost.goto(`${site.address}#model=${site.address}none.h5`);
      await lost.getByRole("alert").getByText("none.h5").waitFor();
      await lost.getByText("no network is open", { exact: true }).waitFor();
      await answer(lost).getByText("No network is open").waitFor();
      expect(await lost.evaluate(() => location.hash)).toContain("none.h5");
      await lost.getByRole("button", { name: /^Open/ }).click();
      await lost.getByRole("button", { name: /cats and dogs/ }).click();
      await answer(lost).locator(".best", { hasText: "Dog" }).waitFor();
      await lost.close();
    });

    it("where the engine does not come, nothing waits for it and no old answer stands", async () => {
      for (const missing of ["**/*worker*", "**/*.wasm"]) {
        const alone = await site.browser.newContext({ serviceWorkers: "block" });
        await alone.route(missing, (route) => route.abort());
        const broken = await alone.newPage();
        await broken.goto(site.address);
        const alert = broken.getByRole("alert");
        await alert
          .getByText(/could not be loaded|did not start/)
          .first()
          .waitFor();
        await broken.getByTitle("cat", { exact: true }).click();
        await broken.waitForFunction(() => !document.querySelector(".task, [aria-busy=true]"));
        // A photo that was read has no other one's answer.
        const isRead = missing.endsWith("wasm");
        if (isRead) await answer(broken).getByText("Nothing could be computed").waitFor();
        const dogs = () => answer(broken).getByText("Dog").count();
        await expect.poll(dogs).toBe(isRead ? 0 : 2);
        await expect.poll(() => alert.count()).toBe(1);
        await alone.close();
      }
    });

    it("has had no error in the console", () => {
      expect(site.faults).toEqual([]);
    });
  });
