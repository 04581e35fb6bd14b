import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openZipFile } from "../src/node/datasets/open-zip-file.ts";
import { axeFindings } from "./page/axe.ts";
import { type BuiltPage, openBuiltPage } from "./page/built-page.ts";
import { drop, dropPath } from "./page/drop.ts";
import { inChromium } from "./page/in-chromium.ts";
import { serveCommand } from "./page/serve-command.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

inChromium("training in the page", () => {
  let page: Page;
  let site: BuiltPage;
  /** Files of two epochs, as the page has saved them. */
  const checkpoints: string[] = [];

  beforeAll(async () => {
    site = await openBuiltPage({ isolated: true, camera: true });
    for (const epoch of [2, 10]) checkpoints.push(join(site.folder, `epoch_${epoch}.keras`));
    page = await newPage();
  });
  afterAll(() => site?.close());

  const newPage = async (): Promise<Page> =>
    site.watch(await site.browser.newPage({ viewport: { width: 1366, height: 860 } }));
  const tab = (name: string) =>
    page.getByRole("navigation").getByRole("button", { name, exact: true }).click();
  const trainButton = () => page.locator(".form button.primary");
  const how = () => page.getByRole("region", { name: "How it goes" });
  const trained = () => page.getByRole("group", { name: "Save the network" }).waitFor();
  async function downloaded(button: string): Promise<Buffer> {
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: button, exact: true }).click();
    return readFileSync(await (await waiting).path());
  }

  it("lets classes be taken with the camera, asked for by a button, held by the keyboard too", async () => {
    await page.goto(`${site.address}#tab=train`);
    const asked = await page.evaluate(() => {
      const { mediaDevices } = navigator;
      const original = mediaDevices.getUserMedia.bind(mediaDevices);
      const counts = ((globalThis as { asked?: number }).asked = 0);
      mediaDevices.getUserMedia = (wanted) => {
        (globalThis as unknown as { asked: number }).asked++;
        return original(wanted);
      };
      return counts;
    });
    await page.getByText("Camera", { exact: true }).click();
    expect(await page.evaluate("globalThis.asked")).toBe(asked);
    expect(await trainButton().isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.getByRole("button", { name: "Camera off" }).waitFor();
    const hold = page.getByRole("button", { name: "Hold to take photos" });
    const names = page.getByRole("textbox", { name: "Name of the class" });
    await names.nth(0).fill("<b>cup");
    await names.nth(1).fill("pen");
    for (const [i, kind] of (["mouse", "keyboard"] as const).entries()) {
      if (kind === "mouse") await hold.nth(i).hover();
      else await hold.nth(i).focus();
      const count = page.getByRole("group", { name: i === 0 ? "<b>cup" : "pen" });
      await (kind === "mouse" ? page.mouse.down() : page.keyboard.down("Space"));
      await count.getByText(/^([6-9]|\d\d+) photos/).waitFor();
      await (kind === "mouse" ? page.mouse.up() : page.keyboard.up("Space"));
    }
    await page.getByLabel("epochs").fill("1");
    await page.getByLabel("size of the pictures").fill("32");
    expect(await axeFindings(page)).toEqual([]);
    await trainButton().click();
    await trained();
    await page.getByRole("button", { name: "Try it with the camera" }).click();
    await page.getByRole("button", { name: "Use the camera" }).last().click();
    await page.getByRole("meter", { name: "<b>cup" }).waitFor();
  });

  it("says what is wrong with layers before it trains, and trains the ones that fit", async () => {
    await page.getByText("Shapes", { exact: true }).click();
    await page.getByLabel("Kernel of layer 5").selectOption("7");
    await page
      .getByRole("region", { name: "What is trained" })
      .getByText(/Layer 5/)
      .waitFor();
    expect(await trainButton().isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Remove layer 5, convolution" }).click();
    await page.getByLabel("epochs").fill("3");
    await page.getByLabel("pictures at most").fill("96");
    await page.getByLabel("dog.jpg").check();
    await trainButton().click();
    await trained();
    await how().getByText("96 pictures to train on").waitFor();
    await page.getByRole("region", { name: "Maps of the probes" }).getByText("dog.jpg").waitFor();
  });

  it("goes back to any epoch by the slider: its numbers, filters, maps and file", async () => {
    const slider = page.getByRole("slider", { name: "Epoch" });
    const pixels = () =>
      page
        .locator(".probe .grid canvas")
        .first()
        .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const last = await pixels();
    await slider.focus();
    await page.keyboard.press("Home");
    await how().getByText("epoch 1", { exact: true }).waitFor();
    await expect.poll(pixels).not.toBe(last);
    const first = await downloaded(".keras");
    await page.keyboard.press("End");
    await slider.focus();
    await page.keyboard.press("End");
    const final = await downloaded(".keras");
    expect(Buffer.compare(final, first)).not.toBe(0);
    for (const [i, bytes] of [first, final].entries()) writeFileSync(checkpoints[i]!, bytes);
    // Animated PNG: its control chunk, for three epochs.
    const animation = await downloaded("Save as animation");
    const control = animation.indexOf("acTL");
    expect(animation.readUInt32BE(control + 4)).toBe(3);
    // It plays for a second: its words are written down, not waited for.
    const play = page.getByRole("button", { name: "Play" });
    await play.evaluate((button) => {
      const said: (string | null)[] = [];
      Object.assign(globalThis, { said });
      const note = () => said.push(button.textContent);
      new MutationObserver(note).observe(button, { characterData: true, subtree: true });
    });
    await play.click();
    await expect.poll(() => page.evaluate("globalThis.said")).toEqual(["Pause", "Play"]);
    expect(await axeFindings(page)).toEqual([]);
  });

  it("compares two epochs of it, and fits 360 pixels", async () => {
    await tab("Compare");
    await page.getByLabel("Epochs of the training").check();
    await page.getByRole("region", { name: "after epoch 3" }).waitFor();
    await page.getByRole("slider", { name: "second epoch" }).focus();
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("region", { name: "after epoch 2" }).locator("canvas").first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    for (const name of ["Compare", "Train"]) {
      await tab(name);
      const width = () => page.evaluate(() => document.documentElement.scrollWidth);
      await expect.poll(width).toBe(360);
    }
  });

  it("slides through the checkpoints of a run, in the order of their numbers", async () => {
    await page.setViewportSize({ width: 1366, height: 860 });
    await tab("Compare");
    await page.getByRole("button", { name: "Second network" }).click();
    await page.getByLabel("A file").setInputFiles([...checkpoints].reverse());
    const slider = page.getByRole("slider", { name: "Checkpoint of the run" });
    await slider.waitFor();
    const second = page.locator(".sides > *").nth(1);
    await second.getByText("epoch_10.keras").waitFor();
    await second.locator("canvas").first().waitFor();
    const pixels = () =>
      second
        .locator("canvas")
        .first()
        .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const late = await pixels();
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    await second.getByText("epoch_2.keras").waitFor();
    await expect.poll(pixels).not.toBe(late);
    await page.getByRole("button", { name: "One network only" }).click();
  });

  it("trains on a folder of photos that is dropped", async () => {
    const photos = join(site.folder, "photos");
    const zip = await openZipFile(join(root, "fixtures/data/census/photos.zip"));
    for (const [i, { path }] of zip.files.entries()) {
      mkdirSync(dirname(join(photos, path)), { recursive: true });
      writeFileSync(join(photos, path), await zip.read(i));
    }
    await zip.close();
    await tab("Train");
    await dropPath(page, photos);
    await page.getByText("40 files in 2 folders").waitFor();
    await page.getByLabel("epochs").fill("1");
    await page.getByLabel("size of the pictures").fill("32");
    await trainButton().click();
    await how()
      .getByText(/32 pictures to train on/)
      .first()
      .waitFor();
    await trained();
    const [probe] = await page.locator(".probe").allInnerTexts();
    expect(probe).toMatch(/left|right/);
  });

  it("shows a training of the command line, closed and opened again, and stops it", async () => {
    const out = join(site.folder, "watched.h5");
    const main = join(root, "dist/cli/main.js");
    const asks = ["--limit", "60", "--size", "48,48", "--batch", "10", "--epochs", "4000"];
    const child = spawn(process.execPath, [
      main,
      "train",
      "shapes",
      ...asks,
      "--watch",
      "--out",
      out,
    ]);
    const ended = new Promise<number | null>((done) => child.on("exit", done));
    try {
      const address = await new Promise<string>((resolve) => {
        let said = "";
        child.stdout.on("data", (text: Buffer) => {
          const found = /watch it at (\S+)/.exec((said += text.toString()));
          if (found) resolve(found[1]!);
        });
      });
      for (let visit = 0; visit < 2; visit++) {
        await page.close();
        page = await newPage();
        await page.goto(address);
        await page.getByRole("region", { name: "Maps of the probes" }).waitFor();
      }
      await how().getByText("watched.h5").waitFor();
      const { origin } = new URL(address);
      for (const path of ["/api/training", "/api/training/stop"])
        expect((await fetch(origin + path, { method: "POST" })).status).toBe(403);
      await page.getByRole("button", { name: "Stop the training" }).click();
      await how().getByText("go on with --resume").waitFor();
      expect(await ended).toBe(130);
      expect(existsSync(`${out}.checkpoint`)).toBe(true);
      // Its process is gone; what it told is not.
      await page.close();
      page = await newPage();
      const again = await serveCommand(`${out}.training`);
      await page.goto(again.address);
      await page.getByRole("region", { name: "Maps of the probes" }).waitFor();
      await how().getByText("go on with --resume").waitFor();
      await page.getByRole("slider", { name: "Epoch" }).focus();
      await page.keyboard.press("Home");
      await how().getByText("epoch 1", { exact: true }).waitFor();
      again.child.kill();
      // The static page shows the file too, until it is closed.
      await page.close();
      page = await newPage();
      await page.goto(site.address);
      await page.locator(".answer-panel .best", { hasText: "Dog" }).waitFor();
      await dropPath(page, `${out}.training`);
      await how().getByText("go on with --resume").waitFor();
      await page.getByRole("slider", { name: "Epoch" }).focus();
      await page.keyboard.press("Home");
      await how().getByText("epoch 1", { exact: true }).waitFor();
      await how().getByRole("button", { name: "Close" }).click();
      await trainButton().waitFor();
      await drop(page, ["notes.training", new TextEncoder().encode("my own notes")]);
      await page.getByRole("alert").getByText("notes.training: is no training").waitFor();
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("has had no error in the console", () => {
    expect(site.faults).toEqual([]);
  });
});
