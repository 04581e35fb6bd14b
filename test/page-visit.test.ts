import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { convertModel, layers, sequential } from "striate";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type BuiltPage, openBuiltPage } from "./page/built-page.ts";
import { drop } from "./page/drop.ts";
import { inChromium } from "./page/in-chromium.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

// What people do who do not wait: go back, press something while something else is computed, bring what does not fit.
inChromium("a visit of somebody who does not wait", () => {
  let site: BuiltPage;
  let page: Page;
  const photo = readFileSync(join(root, "dist/demo/cat.jpg"));

  beforeAll(async () => {
    site = await openBuiltPage({ isolated: true });
    copyFileSync(join(root, "models/cat_vs_dog.h5"), join(site.folder, "site/other.h5"));
    page = await site.visit();
  });
  afterAll(() => site?.close());

  const answer = (of = page) => of.getByRole("region", { name: "Answer" });
  const isOpen = (name: string) => page.locator("header .file", { hasText: name }).waitFor();
  const tab = (name: string, of = page) =>
    of.getByRole("navigation").getByRole("button", { name, exact: true }).click();
  const result = () => page.getByRole("region", { name: "Result" });
  const isLive = (of: Page) =>
    of.waitForFunction(() => performance.getEntriesByName("striate-live").length > 0);
  /** A visit where some files do not come until they are let through. */
  async function fresh(late: readonly string[], hash = "") {
    const context = await site.browser.newContext({ serviceWorkers: "block" });
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    for (const path of late)
      await context.route(path, (route) => released.then(() => route.continue()));
    const opened = site.watch(await context.newPage());
    await opened.goto(site.address + hash, { waitUntil: "commit" });
    await opened.getByRole("button", { name: "Tour" }).waitFor();
    return { page: opened, release };
  }
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

  it("a map that is pointed at, and has no like in the network that is opened then", async () => {
    const model = sequential([
      layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [16, 16, 3], name: "conv2d" }),
    ]);
    const [file] = await convertModel(await model.contents(), "two-maps.keras");
    await model.dispose();
    await page.getByRole("group", { name: /32 maps of conv2d;/ }).focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
    await drop(page, ["two-maps.keras", file!.bytes]);
    await page.getByRole("group", { name: /2 maps of conv2d;/ }).waitFor();
    expect(await page.getByText("has failed").count()).toBe(0);
    await drop(page, ["whole.h5", readFileSync(join(root, "models/cat_vs_dog.h5"))]);
    await isOpen("whole.h5");
  });

  it("who brings something before the page has opened its own keeps it", async () => {
    const early = await fresh(["**/first-look.bin"]);
    await drop(early.page, ["mine.h5", readFileSync(join(root, "models/cat_vs_dog.h5"))]);
    await drop(early.page, ["mine.jpg", photo]);
    await early.page.locator("header .file", { hasText: "mine.h5" }).waitFor();
    await answer(early.page).locator(".best", { hasText: "Cat" }).waitFor();
    early.release();
    await isLive(early.page);
    expect(await early.page.locator("header .file").textContent()).toBe("mine.h5");
    expect(await early.page.locator(".photo-panel .name").textContent()).toContain("mine.jpg");
    await early.page.context().close();
  });

  it("where its own network and photo do not come, others do", async () => {
    const alone = await site.browser.newContext({ serviceWorkers: "block" });
    for (const missing of ["**/cat_vs_dog.h5", "**/dog.jpg"])
      await alone.route(missing, (route) => route.abort());
    const poor = await alone.newPage();
    const thrown: string[] = [];
    poor.on("pageerror", (error) => thrown.push(error.message));
    await poor.goto(site.address);
    await isLive(poor);
    const before = await poor.getByRole("alert").allInnerTexts();
    await drop(poor, ["mine.jpg", photo]);
    await drop(poor, ["mine.h5", readFileSync(join(root, "models/cat_vs_dog.h5"))]);
    await poor.locator("header .file", { hasText: "mine.h5" }).waitFor();
    await answer(poor).locator(".best", { hasText: "Cat" }).waitFor();
    await poor.getByTitle("cat", { exact: true }).click();
    await poor.locator(".photo-panel .name", { hasText: "cat.jpg" }).waitFor();
    await poor.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
    expect(thrown).toEqual([]);
    expect((await poor.getByRole("alert").allInnerTexts()).length).toBeLessThanOrEqual(
      before.length + 1,
    );
    expect(await poor.getByRole("alert").getByText("no longer in memory").count()).toBeLessThan(2);
    await alone.close();
  });

  it("of two second networks the one that was asked for last is compared", async () => {
    await tab("Compare");
    const button = page.getByRole("button", { name: "Second network" });
    await button.click();
    await page.getByLabel("A web address").fill(`${site.address}never/slow.h5`);
    await page.getByRole("button", { name: "Fetch" }).click();
    await page.getByText(/Opening http.*slow/).waitFor();
    await button.click();
    await page.getByRole("button", { name: /cats and dogs/ }).click();
    await page.getByRole("button", { name: "cat_vs_dog.h5" }).waitFor();
    await page.getByText(/slow\.h5/).waitFor({ state: "detached" });
    await tab("See");
  });

  it("two photos are compared, and back leads to where one came from", async () => {
    const two = await site.visit("", page.context());
    await isLive(two);
    const before = await two.evaluate(() => history.length);
    await tab("Compare", two);
    await two.locator(".sides canvas").nth(2).waitFor();
    expect(await two.evaluate(() => [history.length, location.hash])).toEqual([
      before + 1,
      "#tab=compare",
    ]);
    await two.close();
  });

  it("a photo that is asked for twice is there once", async () => {
    const twice = await fresh(["**/cat.jpg"]);
    const cat = twice.page.getByTitle("cat", { exact: true });
    await isLive(twice.page);
    await cat.dblclick();
    twice.release();
    await answer(twice.page).locator(".best", { hasText: "Cat" }).waitFor();
    await twice.page.waitForFunction(() => !document.querySelector(".task, [aria-busy=true]"));
    expect(await twice.page.locator(".others [aria-pressed]").count()).toBe(2);
    await twice.page.context().close();
  });

  it("two places, one chosen right after the other: the last one, with all that was open", async () => {
    const place = page.getByRole("combobox", { name: "Where it is computed" });
    const photos = await page.locator(".others [aria-pressed]").count();
    await place.evaluate(async (select: HTMLSelectElement) => {
      for (const value of ["one", "page"]) {
        select.value = value;
        select.dispatchEvent(new Event("change", { bubbles: true }));
        // Nothing is open any more, and not yet again.
        while (select.title) await new Promise((resolve) => setTimeout(resolve));
      }
    });
    await page.waitForFunction(() =>
      /[2-9] threads/.test(document.querySelector("select.place")?.getAttribute("title") ?? ""),
    );
    await page.waitForFunction(
      (count) => document.querySelectorAll(".others [aria-pressed]").length === count,
      photos,
    );
    await page.waitForFunction(() => !document.querySelector(".task, [aria-busy=true]"));
    await answer().locator(".best", { hasText: "Cat" }).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await place.inputValue()).toBe("page");
  });

  it("who leaves the tour before its network is open stays where they are", async () => {
    const late = await fresh(["**/dog.jpg"], "#tab=compare&photo=cat");
    await answer(late.page).waitFor({ state: "detached" });
    await late.page.getByRole("button", { name: "Tour" }).click();
    await late.page.getByRole("button", { name: "End the tour" }).click();
    late.release();
    await isLive(late.page);
    await late.page.waitForFunction(() => !document.querySelector(".task"));
    expect(await late.page.evaluate(() => location.hash)).toContain("tab=compare");
    await late.page.context().close();
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
    // A network that is asked for meanwhile is asked for later than the one that is trained.
    await drop(page, ["between.h5", readFileSync(join(root, "models/cat_vs_dog.h5"))]);
    await page.getByText(/Opening between\.h5, after the training/).waitFor();
    await page.locator(".form").getByRole("button", { name: "Stop" }).click();
    await isOpen("between.h5");
    await page.getByText("Another network is open").waitFor();
    await page.getByRole("button", { name: "Open the trained one" }).click();
    await page.getByText("It is open: look into it under See").waitFor();
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
    const lost = await page.context().newPage();
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
