import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { convertModel, layers, sequential } from "striate";
import { afterAll, beforeAll, expect, it } from "vitest";
import { overlappingZip } from "./hostile/zip.ts";
import { type BuiltPage, openBuiltPage } from "./page/built-page.ts";
import { drop } from "./page/drop.ts";
import { inChromium } from "./page/in-chromium.ts";

// Names that would do something where they were markup, a script's address, or a mark for the terminal.
const names = {
  first: `<img src=x onerror="globalThis.hit=1">`,
  second: `javascript:globalThis.hit=2`,
  third: `"><svg onload="globalThis.hit=3">{@html 'b'}`,
  fourth: "\u001b[31mred\u202egnp.exe\u2066",
};
const labels = [`</button><svg onload="globalThis.hit=4">`, `\${globalThis.hit=5}\u202ecba`];
const fileName = `<svg onload="globalThis.hit=6">\u202egnp.onnx`;

inChromium("names of strangers", () => {
  const folder = mkdtempSync(join(tmpdir(), "striate-hostile-"));
  let page: Page;
  let site: BuiltPage;
  let network: Uint8Array;

  beforeAll(async () => {
    const model = sequential([
      layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [24, 24, 3], name: names.first }),
      layers.maxPooling2d({ name: names.second }),
      layers.conv2d({ filters: 4, kernelSize: 3, name: names.third }),
      layers.flatten(),
      layers.dense({ units: 2, activation: "softmax", name: names.fourth }),
    ]);
    const contents = await model.contents();
    contents.network.labels = labels;
    const [file] = await convertModel(contents, "hostile.onnx");
    network = file!.bytes;
    await model.dispose();
    site = await openBuiltPage({ isolated: true });
    page = await site.visit();
  });
  afterAll(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const tab = (name: string) =>
    page.getByRole("navigation").getByRole("button", { name, exact: true }).click();
  /** What must never be, wherever a name stands. */
  async function expectText(where: Page, ...texts: readonly string[]): Promise<void> {
    expect(await where.evaluate(() => "hit" in globalThis)).toBe(false);
    expect(await where.locator('img[src="x"], svg[onload], [href^="javascript:"]').count()).toBe(0);
    const said = await where.locator("body").innerText();
    for (const text of texts) expect(said).toContain(text);
  }

  it("are text in the columns, the graph, the list and the answer", async () => {
    await drop(page, [fileName, network]);
    await page.locator("header .file", { hasText: "onload" }).waitFor();
    await page.locator(".column canvas").first().waitFor();
    await expectText(page, names.first, names.third, labels[0]!);
    await page.getByRole("button", { name: "Layers", exact: true }).click();
    await page.locator(".box").first().waitFor();
    await expectText(page, names.second);
    await page.getByText("List", { exact: true }).click();
    await expectText(page, names.second);
  });

  it("are text where a value is taken apart, pinned, and asked why", async () => {
    const grid = page.locator(".column .grid").first();
    await grid.focus();
    await page.keyboard.press("Enter");
    await page.getByText(/products together/).waitFor();
    await page.getByRole("button", { name: "Pin", exact: true }).click();
    await expectText(page, names.first);
    await tab("Ask why");
    await page.getByText("Done.").waitFor();
    await expectText(page, labels[0]!);
    await tab("Compare");
    await page.locator(".sides canvas").first().waitFor();
    await expectText(page);
    await tab("See");
  });

  it("are text in the report that is saved", async () => {
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: "Report" }).click();
    const path = join(folder, "hostile.html");
    await (await waiting).saveAs(path);
    const report = await page.context().newPage();
    await report.goto(pathToFileURL(path).href);
    await report.locator("canvas").first().waitFor();
    await expectText(report, names.first, names.third, labels[0]!);
    await report.close();
  });

  it("are text in what goes wrong", async () => {
    await drop(page, [fileName, new TextEncoder().encode("no model")]);
    await page.getByRole("alert").getByText("onload").waitFor();
    await expectText(page);
    await page.getByRole("button", { name: "Dismiss this message" }).click();
  });

  it("a zip that unpacks to gigabytes ends in a sentence, as a network and as photos", async () => {
    const photos = ["a/1.jpg", "a/2.jpg", "b/1.jpg", "b/2.jpg"];
    const bomb = overlappingZip(new Uint8Array(8e6), photos, 3e9);
    await drop(page, ["bomb.zip", bomb]);
    await page.getByRole("alert").getByText("bomb.zip").waitFor();
    await page.getByRole("button", { name: "Dismiss this message" }).click();
    await tab("Train");
    await page.locator(".form").waitFor();
    await drop(page, ["bomb.zip", bomb]);
    await page.locator(".form button.primary").click();
    await page.getByRole("region", { name: "How it goes" }).getByRole("alert").waitFor();
  });

  it("did nothing that the page's policy had to stop", () => {
    expect(readFileSync(join(folder, "hostile.html"), "utf8")).not.toContain("<svg onload");
    expect(site.faults).toEqual([]);
  });
});
