import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { layers, sequential } from "striate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Model } from "../src/api/model.ts";
import { openModel } from "../src/api/open-model.ts";
import { runtime as webAssembly } from "../src/runtime/web/index.ts";
import { type Given, type Seen, open, see, views } from "./browser/seen.ts";
import type { SeeView } from "./browser/views-page.ts";
import { bundlePage } from "./page/bundle-page.ts";
import { chromiumPath, launchChromium } from "./page/chromium.ts";
import { hostSite } from "./page/static-site.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const packaged = join(root, "models/cat_vs_dog.h5");
const photos = ["dog", "cat"].map((name) => join(root, `dist/demo/${name}.jpg`));

/**
 * What goes back to the pixels jumps where two values of a max pool are nearly equal, and the native engine rounds
 * otherwise there (test/two-engines.test.ts): these views it is asked on a network without such places.
 */
const jumps = new Set([
  "comparison",
  "deconvnet",
  "diff",
  "dream",
  "expected-gradients",
  "gradient",
  "guided-backprop",
  "input-x-gradient",
  "integrated-gradients",
  "inversion",
  "smoothgrad",
  "vargrad",
]);

if (!existsSync(chromiumPath))
  describe("every view in a page", () => it.skip(`skipped: there is no ${chromiumPath}`));
else
  describe("every view in a page, in Chromium, gives the numbers of Node within 1e-4", () => {
    const folder = mkdtempSync(join(tmpdir(), "striate-views-"));
    const smooth = join(folder, "smooth.keras");
    const given = new Map<string, Given>();
    const inWebAssembly = new Map<string, Given>();
    let server: Server;
    let browser: Browser;
    let page: Page;
    const errors: string[] = [];

    beforeAll(async () => {
      await writeSmooth(smooth);
      await bundlePage(folder, ["seen.ts", "views-page.ts"]);
      mkdirSync(join(folder, "site/files"));
      for (const each of [packaged, smooth, ...photos])
        writeFileSync(join(folder, "site/files", basename(each)), readFileSync(each));
      // On one thread: numbers are compared, and test/browser.test.ts has the threads.
      const site = await hostSite(join(folder, "site"));
      server = site.server;
      browser = await launchChromium();
      page = await browser.newPage();
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(site.address);
      const fileOf = (path: string) => new File([readFileSync(path)], basename(path));
      for (const network of [packaged, smooth])
        given.set(network, await open([fileOf(network)], photos.map(fileOf)));
      const opened = await openModel(packaged);
      inWebAssembly.set(packaged, {
        model: new Model(opened, webAssembly, { threads: 1 }),
        photos: given.get(packaged)!.photos,
      });
    });

    afterAll(async () => {
      for (const { model } of [...given.values(), ...inWebAssembly.values()]) await model.dispose();
      await browser?.close();
      server?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function inPage(network: string, id: string): Promise<Seen> {
      const at = (path: string) => `files/${basename(path)}`;
      const asked: Parameters<SeeView> = [at(network), photos.map(at), id];
      const { values, ...rest } = await page.evaluate(
        (each) => (globalThis as unknown as { seeView: SeeView }).seeView(...each),
        asked,
      );
      const bytes = Uint8Array.from(Buffer.from(values, "base64"));
      return { ...rest, values: new Float32Array(bytes.buffer) };
    }

    const sides = views.flatMap(({ id }) => [
      ["WebAssembly in Node", id] as const,
      ["the native engine", id] as const,
    ]);
    it.each(sides)("%s: %s", async (side, id) => {
      const isNative = side === "the native engine";
      const network = isNative && jumps.has(id) ? smooth : packaged;
      const want = await see((isNative ? given : inWebAssembly).get(network)!, id);
      const got = await inPage(network, id);
      expect(errors).toEqual([]);
      expect(got.names).toEqual(want.names);
      expect(got.lengths).toEqual(want.lengths);
      expect(differing(got, want)).toEqual({});
    });
  });

/** Arrays that differ, with the largest difference as a share of the largest value. */
function differing(got: Seen, want: Seen): Record<string, number> {
  const found: Record<string, number> = {};
  let [start, before] = [0, 1e-30];
  for (const [i, name] of want.names.entries()) {
    let [worst, largest] = [0, 1e-30];
    for (const end = start + want.lengths[i]!; start < end; start++) {
      largest = Math.max(largest, Math.abs(want.values[start]!));
      const away = Math.abs(got.values[start]! - want.values[start]!);
      if (!(away <= worst)) worst = away;
    }
    // What is missing of a sum is rounding alone: it is measured by the sum, which comes before it.
    if (name.includes("completeness_delta")) largest = before;
    if (!(worst / largest < 1e-4)) found[name] = worst / largest;
    before = largest;
  }
  return found;
}

/** Neither pools that choose nor edges in its activations. */
async function writeSmooth(path: string): Promise<void> {
  const model = sequential(
    [
      layers.conv2d({
        name: "conv2d",
        filters: 4,
        kernelSize: 3,
        activation: "swish",
        inputShape: [32, 32, 3],
      }),
      layers.averagePooling2d(),
      layers.conv2d({ name: "conv2d_1", filters: 6, kernelSize: 3, activation: "swish" }),
      layers.flatten(),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
    { seed: 4 },
  );
  await model.save(path);
  await model.dispose();
}
