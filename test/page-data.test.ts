import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openZipFile } from "../src/node/datasets/open-zip-file.ts";
import { striate } from "./command-line.ts";
import { axeFindings } from "./page/axe.ts";
import { type BuiltPage, openBuiltPage } from "./page/built-page.ts";
import { inChromium } from "./page/in-chromium.ts";

// The room of data sets: what `census` and `embed` wrote, opened in the page with the photos.
const demo = fileURLToPath(new URL("../dist/demo", import.meta.url));
const fixture = (name: string) =>
  fileURLToPath(new URL(`../fixtures/data/census/${name}`, import.meta.url));

inChromium("the room of data sets", () => {
  const folder = mkdtempSync(join(tmpdir(), "striate-data-"));
  const [photos, results] = [join(folder, "photos"), join(folder, "results")];
  let page: Page;
  let site: BuiltPage;

  beforeAll(async () => {
    const zip = await openZipFile(fixture("photos.zip"));
    for (const [i, { path }] of zip.files.entries()) {
      mkdirSync(dirname(join(photos, path)), { recursive: true });
      writeFileSync(join(photos, path), await zip.read(i));
    }
    await zip.close();
    const model = fixture("model.keras");
    for (const asked of [
      ["census", "--layers", "all", "--sheets", "1"],
      ["embed", "--neighbours", "4"],
    ]) {
      const [command, ...flags] = asked;
      const out = ["--out", join(results, command!), "--workers", "1"];
      const { code, err } = striate([command!, model, photos, ...flags, ...out]);
      expect(code, err).toBe(0);
    }
    site = await openBuiltPage();
    page = site.watch(await site.browser.newPage({ viewport: { width: 1280, height: 800 } }));
    await page.goto(`${site.address}#tab=data`);
    // The service worker loads the page once more.
    await page.waitForFunction(() => crossOriginIsolated);
    await page.getByText("What a whole data set says of a network").waitFor();
  }, 240_000);
  afterAll(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (label: string, path: string) =>
    page.getByLabel(label, { exact: true }).setInputFiles(path);
  const painted = (scope: string) =>
    page
      .locator(`${scope} canvas`)
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      });

  it("says what is missing in a folder that holds no results", async () => {
    await open("Open results", dirname(fixture("model.keras")));
    await page.getByRole("alert").getByText("no results and no photos").waitFor();
  });

  it("lists the units of a census, sorted by any column, with their photos", async () => {
    await open("Open results", results);
    await open("Open photos", photos);
    await page.getByText("40 photos open").waitFor();
    const grid = page.getByRole("grid", { name: "Units" });
    await grid.getByRole("button", { name: "mean", exact: true }).click();
    const means = async () => {
      const header = await grid.getByRole("columnheader").allInnerTexts();
      const at = header.findIndex((text) => text.startsWith("mean"));
      const rows = grid.locator("tbody tr[tabindex]");
      const cells = rows.locator(`td:nth-child(${at + 1})`);
      return (await cells.allInnerTexts()).slice(0, 6).map(Number);
    };
    const falling = await means();
    expect(falling).toEqual([...falling].sort((a, b) => b - a));
    await grid.getByRole("button", { name: "mean ↓" }).click();
    const rising = await means();
    expect(rising).toEqual([...rising].sort((a, b) => a - b));
    expect(rising).not.toEqual(falling);
    await grid.locator("tbody tr[tabindex]").nth(2).click();
    const pane = page.getByRole("region", { name: "Unit", exact: true });
    await pane.getByText("Largest values").waitFor();
    await page.waitForFunction(() => document.querySelectorAll("section .photo canvas").length > 8);
    await expect.poll(() => painted("section .photo")).toBeGreaterThan(2);
    await page.getByLabel("Class").selectOption({ index: 1 });
    await grid.getByRole("button", { name: /AUC/ }).waitFor();
  });

  it("opens a photo with the part that the unit sees, and by keys the next unit", async () => {
    await page.getByRole("grid").locator("tbody tr[tabindex]").first().click();
    await page.keyboard.press("ArrowDown");
    await expect
      .poll(() => page.locator("tr[aria-selected=true]").getAttribute("aria-rowindex"))
      .toBe("3");
    await page.locator("section .photo").first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("the box is what its peak sees").waitFor();
    await expect.poll(() => painted("dialog")).toBeGreaterThan(2);
    await dialog.getByRole("button", { name: "Close" }).click();
  });

  it("shows the map of an embedding, and the photos nearest to one", async () => {
    await page.getByRole("button", { name: "Map" }).click();
    const map = page.getByRole("application", { name: /Map of 40 photos/ });
    await map.focus();
    await page.keyboard.press("n");
    await page.getByText("Nearest", { exact: true }).waitFor();
    await expect.poll(() => page.locator(".side .photo").count()).toBe(5);
    await expect.poll(() => painted(".map")).toBeGreaterThan(100);
    const first = await page.locator(".side h2").innerText();
    await page.locator(".side .photos .photo").first().click();
    await expect.poll(() => page.locator(".side h2").innerText()).not.toBe(first);
  });

  it("shows the photos of a zip as those of its folder", async () => {
    await page.getByRole("button", { name: "Units" }).click();
    await page.getByRole("grid").locator("tbody tr[tabindex]").first().click();
    const crop = page.locator("section .photo canvas").first();
    const pixels = () =>
      crop.evaluate((canvas: HTMLCanvasElement) => [
        ...canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data,
      ]);
    await expect.poll(() => painted("section .photo")).toBeGreaterThan(2);
    const before = await pixels();
    await open("Open zip", fixture("photos.zip"));
    await page.getByText("40 photos open").waitFor();
    await expect.poll(pixels).toEqual(before);
    await page.locator("section .photo").first().click();
    await expect.poll(() => painted("dialog")).toBeGreaterThan(2);
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await open("Open zip", fixture("model.keras"));
    await page.getByRole("alert").waitFor();
    await open("Open zip", fixture("photos.zip"));
    await page.getByRole("button", { name: "Map" }).click();
  });

  it("takes two drops, one right after the other, though it is not there yet", async () => {
    const quick = await site.visit();
    await quick.evaluate(
      ([results, photo]) => {
        const give = (files: readonly (readonly [string, string])[]) => {
          const data = new DataTransfer();
          for (const [name, text] of files) {
            const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            data.items.add(new File([bytes], name));
          }
          window.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
        };
        give(results!);
        give(photo!);
      },
      [
        ["embed.json", "photos.parquet", "neighbours.parquet"].map(
          (name) => [name, readFileSync(join(results, "embed", name), "base64")] as const,
        ),
        [["some.jpg", readFileSync(join(demo, "dog.jpg"), "base64")] as const],
      ],
    );
    await quick.getByText("1 photo open").waitFor();
    await quick.getByRole("application", { name: /Map of 40 photos/ }).waitFor();
    await quick.context().close();
  });

  it("is opened by striate serve on a run, with its photos", async () => {
    const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
    const server = spawn(process.execPath, [main, "serve", results, "--port", "0"]);
    try {
      const address = await new Promise<string>((resolve) =>
        server.stdout.once("data", (text: Buffer) => resolve(String(text).split("\n")[0]!)),
      );
      const served = await site.browser.newPage({ viewport: { width: 1280, height: 800 } });
      await served.goto(address);
      await served.getByText("40 photos open").waitFor();
      await served.getByRole("grid").locator("tbody tr[tabindex]").first().click();
      await expect
        .poll(() =>
          served
            .locator("section .photo canvas")
            .first()
            .evaluate((canvas: HTMLCanvasElement) => {
              const { width, height } = canvas;
              const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
              return new Set(new Uint32Array(data.buffer)).size;
            }),
        )
        .toBeGreaterThan(2);
      await served.close();
    } finally {
      server.kill();
    }
  });

  it("has nothing that axe finds, and no error", async () => {
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Units" }).click();
    expect(await axeFindings(page)).toEqual([]);
    expect(site.faults).toEqual([]);
  });
});
