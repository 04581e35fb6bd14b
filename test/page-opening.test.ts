import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseTour } from "../app/page/state/tour-steps.ts";
import { type BuiltPage, openBuiltPage } from "./page/built-page.ts";
import { drag, drop, dropPath } from "./page/drop.ts";
import { inChromium } from "./page/in-chromium.ts";
import { shared } from "./shared.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const fixture = (path: string): string => join(root, "fixtures/data", path);
const tour = parseTour(readFileSync(join(root, "app/page/tour.md"), "utf8"));
const keras1 = shared("models/keras_h5/dl4j/keras_simple/cnn_tf_model.h5");

inChromium("what the page opens", () => {
  let site: BuiltPage;
  let page: Page;

  beforeAll(async () => {
    site = await openBuiltPage({ isolated: true, camera: true });
    page = await site.visit();
  });

  afterAll(() => site?.close());

  const answer = () => page.getByRole("region", { name: "Answer" });
  const header = () => page.getByRole("banner");
  const photo = () => page.getByRole("region", { name: "Photo" });

  const holding = "Drop a photo, a network file or a folder";

  const files: [kind: string, path: string, format: RegExp][] = [
    ["ONNX", fixture("onnx/constants.onnx"), /ONNX/],
    [".tflite", fixture("tflite/float16.tflite"), /TFLite|TensorFlow Lite/],
    ["the folder of a SavedModel", fixture("saved-models/keras2"), /SavedModel/],
    ["the folder of a TF.js model", fixture("tfjs/layers"), /TF\.js|TensorFlow\.js/],
  ];
  it.each(files.filter(([, path]) => existsSync(path)))(
    "%s that is dropped",
    async (_, path, format) => {
      await dropPath(page, path);
      await header()
        .locator(`[title*="${path.split("/").at(-1)!}"]`)
        .first()
        .waitFor();
      const about = header().locator(".about");
      await page.waitForFunction(
        ([words]) =>
          new RegExp(words!).test(
            document.querySelector("header .about")?.getAttribute("title") ?? "",
          ),
        [format.source],
      );
      expect(await about.getAttribute("title")).toMatch(format);
    },
  );

  it("what is dropped where the maps beneath it give way to others", async () => {
    await dropPath(page, fixture("onnx/constants.onnx"), () =>
      page.evaluate(() => document.elementFromPoint(400, 300)!.closest("main *")?.remove()),
    );
    await header().getByText("constants.onnx").first().waitFor();
    expect(await page.getByText(holding).count()).toBe(0);
  });

  it("nothing, where the files that are held above it are taken away again", async () => {
    const held = page.getByText(holding);
    const hold = async () => {
      await drag(page, fixture("onnx/constants.onnx"), ["dragEnter", "dragOver", "dragOver"]);
      await held.waitFor();
    };
    await hold();
    await page.evaluate(() => {
      const left = new DragEvent("dragleave", { bubbles: true });
      document.elementFromPoint(400, 300)!.dispatchEvent(left);
    });
    await held.waitFor({ state: "detached" });
    await hold();
    // Who moves the mouse holds nothing any more, whatever has become of it.
    await page.mouse.move(410, 310);
    await held.waitFor({ state: "detached" });
  });

  it.skipIf(!existsSync(keras1))("a file of Keras 1", async () => {
    await dropPath(page, keras1);
    await header().locator('.about[title*="Keras 1"]').waitFor();
    expect(await page.locator(".column").count()).toBeGreaterThan(0);
  });

  it("a network by its web address, with a way to stop it", async () => {
    await page.getByRole("button", { name: /Open\s*network/ }).click();
    await page.getByLabel("A web address").fill(`${site.address}never/slow.h5`);
    await page.getByRole("button", { name: "Fetch" }).click();
    const task = page
      .getByText(/slow\.h5/)
      .filter({ visible: true })
      .first();
    await task.waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await task.waitFor({ state: "detached" });
    await page.getByRole("button", { name: /Open\s*network/ }).click();
    await page.getByLabel("A web address").fill(`${site.address}models/cat_vs_dog.h5`);
    await page.getByRole("button", { name: "Fetch" }).click();
    await page.waitForFunction(() => location.hash.includes("model=http"));
    await answer().locator(".best", { hasText: "Dog" }).waitFor();
  });

  it("photos by address, by paste and from the camera, which lets go of it", async () => {
    await photo().getByLabel("Web address of a photo").fill(`${site.address}photos/cat.jpg`);
    await page.keyboard.press("Enter");
    await photo().getByText("cat.jpg").filter({ visible: true }).first().waitFor();
    await answer().locator(".best", { hasText: "Cat" }).waitFor();
    const dog = readFileSync(join(root, "dist/demo/dog.jpg")).toString("base64");
    await page.evaluate((text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], "pasted.jpg", { type: "image/jpeg" }));
      window.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
    }, dog);
    await photo().getByText("pasted.jpg").filter({ visible: true }).first().waitFor();
    await photo().getByRole("button", { name: "Camera" }).click();
    await page.getByRole("button", { name: "Take the photo" }).click();
    await photo()
      .getByText(/camera .*\.png/)
      .first()
      .waitFor();
    expect(await page.locator("video").count()).toBe(0);
  });

  it("two photos at once: the one that was asked for last is looked at, however late the first comes", async () => {
    await page.evaluate(() => {
      const given = window.fetch;
      window.fetch = async (...asked) => {
        if (String(asked[0]).endsWith("?late"))
          await new Promise((resolve) => addEventListener("late", resolve, { once: true }));
        return given(...asked);
      };
    });
    const open = photo().locator(".others [aria-pressed]");
    const before = await open.count();
    await photo().getByLabel("Web address of a photo").fill(`${site.address}photos/cat.jpg?late`);
    await page.keyboard.press("Enter");
    await page
      .getByText(/Reading http.*late/)
      .first()
      .waitFor();
    await drop(page, ["later.jpg", readFileSync(join(root, "dist/demo/dog.jpg"))]);
    await photo().locator(".name", { hasText: "later.jpg" }).waitFor();
    await page.evaluate(() => dispatchEvent(new Event("late")));
    await open.nth(before + 1).waitFor();
    expect(await photo().locator(".name").textContent()).toContain("later.jpg");
  });

  it("the graph, walked by keys: a layer's maps come and go", async () => {
    await page.getByRole("button", { name: "Layers", exact: true }).click();
    const graph = page.getByRole("application", { name: /Graph of the network/ });
    await graph.getByRole("button", { name: /max_pooling2d_1/ }).waitFor();
    await graph.focus();
    for (const key of ["ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    await page.getByRole("group", { name: /32 maps of max_pooling2d;/ }).waitFor();
    await page.keyboard.press("Enter");
    await page
      .getByRole("group", { name: /maps of max_pooling2d;/ })
      .waitFor({ state: "detached" });
    await page.getByLabel("Find a layer").fill("dense");
    await graph.locator(".found").first().waitFor();
    await page.getByRole("button", { name: "Hide the layers" }).click();
  });

  it("one thread is chosen, and what is open is opened there", async () => {
    const place = page.getByRole("combobox", { name: "Where it is computed" });
    await place.selectOption("one");
    await page.waitForFunction(() =>
      document.querySelector("select.place")?.getAttribute("title")?.includes("1 thread,"),
    );
    await answer().getByRole("button").first().waitFor();
    await place.selectOption("page");
    await expect.poll(() => place.getAttribute("title")).toMatch(/WebAssembly, [2-9] threads/);
    await answer().getByRole("button").first().waitFor();
  });

  it("what is shown and was asked is saved as one page that needs nothing else", async () => {
    const fresh = await page.context().newPage();
    await fresh.goto(`${site.address}#tab=why&view=preprocessing`);
    await fresh.getByText("Done.").waitFor();
    const waiting = fresh.waitForEvent("download");
    await fresh.getByRole("button", { name: "Report" }).click();
    const report = await waiting;
    expect(report.suggestedFilename()).toBe("dog.html");
    const html = readFileSync(await report.path(), "utf8");
    const data = /id="report">(.*)<\/script>/.exec(html)![1]!;
    const { photos, sections } = JSON.parse(data) as { photos: unknown[]; sections: unknown[] };
    expect([photos.length, sections.length]).toEqual([1, 2]);
    await fresh.close();
  });

  it("on paper it is a report: what is open, the answer, whole layers, and nothing to press", async () => {
    const fresh = await page.context().newPage();
    await fresh.goto(`${site.address}#unit=conv2d_1@30,36[2]`);
    await fresh.getByText(/products together/).waitFor();
    const pdf = (await fresh.pdf({ format: "A4" })).toString("latin1");
    // Four convolutions, 352 maps: on the screen they are a metre high.
    expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)!.length).toBeLessThanOrEqual(5);
    await fresh.emulateMedia({ media: "print" });
    await fresh.getByRole("heading", { name: "dog.jpg in cat_vs_dog.h5" }).waitFor();
    expect(await fresh.locator("select:visible, input:visible").count()).toBe(0);
    expect(await fresh.getByRole("banner").isVisible()).toBe(false);
    await fresh.close();
  });

  it("the tour goes through its eight steps, each of which shows what it talks about", async () => {
    await page.getByRole("button", { name: "Tour" }).click();
    const card = page.getByRole("complementary", { name: "Guided tour" });
    for (const [i, { title, hash }] of tour.entries()) {
      await card.getByRole("heading", { name: title }).waitFor();
      await page.waitForFunction((wanted) => {
        const words = (text: string) => [...new URLSearchParams(text)].sort().join("&");
        return words(location.hash.slice(1)) === words(wanted);
      }, hash.slice(1));
      for (const layer of new URLSearchParams(hash.slice(1)).get("layers")?.split(",") ?? [])
        await page.getByRole("group", { name: new RegExp(`maps of ${layer};`) }).waitFor();
      if (hash.includes("unit="))
        await page
          .getByRole("region", { name: "One value taken apart" })
          .getByText(/products together/)
          .waitFor();
      await card.getByRole("button", { name: i < tour.length - 1 ? "Next" : "Done" }).click();
    }
    expect(tour).toHaveLength(8);
    await page.getByRole("region", { name: "Result" }).waitFor();
  });

  it("a link to Compare has two photos, however late the first one comes", async () => {
    const late = site.watch(await site.browser.newPage());
    await late.route("**/first-look.bin", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue();
    });
    await late.goto(`${site.address}#tab=compare`);
    await late.locator(".sides canvas").nth(2).waitFor();
    await late.close();
  });

  it("what is fetched, where streams are not iterable, as in Safari", async () => {
    const other = site.watch(await site.browser.newPage());
    await other.addInitScript(() => {
      for (const way of [Symbol.asyncIterator, "values"])
        Reflect.deleteProperty(ReadableStream.prototype, way);
    });
    await other.goto(`${site.address}#model=${site.address}models/cat_vs_dog.h5`);
    const best = other.getByRole("region", { name: "Answer" }).locator(".best");
    await best.filter({ hasText: "Dog" }).waitFor();
    expect(await other.evaluate(() => Symbol.asyncIterator in ReadableStream.prototype)).toBe(
      false,
    );
    await other.close();
  });

  it("names of strangers are never markup", async () => {
    const name = `<img src=x onerror="document.title='hacked'">.jpg`;
    await drop(page, [name, readFileSync(join(root, "dist/demo/dog.jpg"))]);
    await page.getByRole("button", { name: "See", exact: true }).click();
    await photo().getByText(name).filter({ visible: true }).first().waitFor();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(await page.title()).not.toBe("hacked");
  });

  it("has had no error in the console", () => {
    expect(site.faults).toEqual([]);
  });
});
