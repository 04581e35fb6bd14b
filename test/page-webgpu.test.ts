import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readNpz } from "./npz.ts";
import { type BuiltPage, openBuiltPage } from "./page/built-page.ts";
import { inChromium } from "./page/in-chromium.ts";

// WebGPU by SwiftShader, in software, where the browser has it: what it computes is what a graphics card would.
inChromium("WebGPU in the page", () => {
  let site: BuiltPage;
  let page: Page;

  beforeAll(async () => {
    site = await openBuiltPage({ isolated: true, webgpu: true });
    page = site.watch(await site.browser.newPage({ viewport: { width: 1280, height: 800 } }));
  });
  afterAll(() => site?.close());

  const place = () => page.getByRole("combobox", { name: "Where it is computed" });
  async function opened(): Promise<void> {
    await page.goto(site.address);
    await page.waitForFunction(() => performance.getEntriesByName("striate-live").length > 0);
  }
  async function numbers() {
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: ".npz" }).click();
    return readNpz(readFileSync(await (await waiting).path()));
  }
  const offered = () => place().locator('option[value="webgpu"]').count();

  it("has the maps of WebAssembly within 1e-4", async (context) => {
    await opened();
    const hasAdapter = await page.evaluate(async () => {
      const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
      return (await gpu?.requestAdapter()) != null;
    });
    if (!hasAdapter) context.skip("skipped: this browser has no adapter for WebGPU");
    await expect.poll(offered).toBe(1);
    const own = await numbers();
    await place().selectOption("webgpu");
    await page.waitForFunction(() =>
      document.querySelector("select.place")?.getAttribute("title")?.includes("WebGPU"),
    );
    await page.getByRole("region", { name: "Answer" }).getByText("66.3 %").waitFor();
    const others = await numbers();
    const names = Object.keys(own).filter((name) => own[name]!.data.length > 1000);
    // Four layers, and what went in.
    expect(names).toHaveLength(5);
    for (const name of names) {
      const [a, b] = [own[name]!.data, others[name]!.data];
      const off = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
      expect(off, name).toBeLessThan(1e-4);
      if (process.env["STRIATE_FIGURES"]) console.log(name, off);
    }
  });

  it("goes back to where it was where the device is not given, and says so", async (context) => {
    // The page finds an adapter, and the engine for it does not come.
    await page.close();
    const fresh = await site.browser.newContext({ serviceWorkers: "block" });
    await fresh.route("**/*asyncify*", (route) => route.abort());
    page = await fresh.newPage();
    await opened();
    await page.waitForTimeout(500);
    if ((await offered()) === 0) context.skip("skipped: this browser has no adapter for WebGPU");
    await place().selectOption("webgpu");
    await page.getByRole("alert").getByText("computed where it was before").waitFor();
    expect(await place().inputValue()).toBe("page");
    await page.getByRole("region", { name: "Answer" }).getByText("66.3 %").waitFor();
  });
});
