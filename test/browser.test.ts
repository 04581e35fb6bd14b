import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { gunzipSync } from "node:zlib";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { decode } from "fast-png";
import { type BrowserContext, chromium } from "playwright-core";
import { convertFile, loadModel, readImage, toFloat32, transpose } from "striate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { weightToUser } from "../src/model/network.ts";
import { bundlePage } from "./page/bundle-page.ts";
import { chromiumOptions, chromiumPath } from "./page/chromium.ts";
import { hostSite } from "./page/static-site.ts";
import { look } from "./browser/look.ts";
import type { PageAnswer, PageRequest } from "./browser/page.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const photo = join(root, "dist/demo/dog.jpg");
const other = join(root, "dist/demo/cat.jpg");

if (!existsSync(chromiumPath))
  describe("the browser door", () => it.skip(`skipped: there is no ${chromiumPath}`));
else
  describe("the browser door, in Chromium", () => {
    const folder = mkdtempSync(join(tmpdir(), "striate-page-"));
    const servers: Server[] = [];
    let context: BrowserContext;
    const errors: string[] = [];

    beforeAll(async () => {
      await bundlePage(folder, ["look.ts", "page.ts"]);
      context = await chromium.launchPersistentContext(join(folder, "profile"), chromiumOptions);
      mkdirSync(join(folder, "site/files"));
      for (const each of [photo, other])
        writeFileSync(join(folder, "site/files", basename(each)), readFileSync(each));
    });

    afterAll(async () => {
      await context?.close();
      for (const server of servers) server.close();
      rmSync(folder, { recursive: true, force: true });
    });

    /** A page of a server of its own, with or without the headers that let it have threads. */
    async function openPage(isolated: boolean, site = join(folder, "site")) {
      const { server, address } = await hostSite(site, { isolated });
      servers.push(server);
      const page = await context.newPage();
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      await page.goto(address);
      return page;
    }

    /** Puts a model where the page finds it, and what Node makes of one of the same layers. */
    async function prepare(kind: string) {
      const { write, like = kind } = forms[kind]!;
      const place = join(folder, "site/files", kind);
      mkdirSync(place, { recursive: true });
      await write(place);
      const names = readdirSync(place);
      expectations[like] ??= await expectationOf(
        names.map((name) => new File([readFileSync(join(place, name))], name)),
        join(folder, "site/files", `${like}.bin`),
      );
      const request: PageRequest = {
        files: names.map((name) => `files/${kind}/${name}`),
        photo: "files/dog.jpg",
        other: "files/cat.jpg",
        expected: `files/${like}.bin`,
      };
      return { request, found: expectations[like] };
    }

    const ask = (page: Awaited<ReturnType<typeof openPage>>, request: PageRequest) =>
      page.evaluate(
        (asked) =>
          (globalThis as unknown as { run(asked: PageRequest): Promise<PageAnswer> }).run(asked),
        request,
      );

    const pixelsOf = (png: Uint8Array) => Buffer.from(decode(png).data);

    let page: Awaited<ReturnType<typeof openPage>>;

    it.each(Object.keys(forms))(
      "opens %s with the same photo, layers, gradient, picture and training step as Node",
      async (kind) => {
        const { request, found } = await prepare(kind);
        page ??= await openPage(true);
        const answer = await ask(page, request);
        expect(errors).toEqual([]);
        expect(answer.isolated).toBe(true);
        expect(page.workers().length).toBeGreaterThan(0);
        expect(answer.photo).toBe(0);
        expect(answer.layers).toBeLessThan(1e-5);
        expect(answer.gradient).toBeLessThan(1e-4);
        expect(answer.pixels).toBeLessThan(1e-4);
        const [drawing, png, same] = [answer.drawing, answer.png, answer.same].map((text) =>
          pixelsOf(Buffer.from(text, "base64")),
        );
        // The drawing names the kind of file.
        if (forms[kind]!.like === undefined)
          expect(drawing!.equals(pixelsOf(found.drawing))).toBe(true);
        // Of the same numbers the same picture; of its own ones a value between two colours may take either.
        const own = pixelsOf(found.png);
        expect(same!.equals(own)).toBe(true);
        expect(png!.length).toBe(own.length);
        expect(png!.filter((byte, i) => byte !== own[i]).length).toBeLessThan(own.length / 1000);
        if (found.loss === undefined) expect(answer.loss).toBeUndefined();
        else expect(Math.abs(answer.loss! - found.loss)).toBeLessThan(1e-5);
      },
    );

    it("works on one thread where the server does not isolate the page", async () => {
      const { request } = await prepare("a .keras file");
      const alone = await openPage(false);
      const answer = await ask(alone, request);
      expect(errors).toEqual([]);
      expect(answer.isolated).toBe(false);
      expect(alone.workers()).toEqual([]);
      expect(answer.layers).toBeLessThan(1e-5);
    });

    it("hands a HEIC photo to the browser, and says what to do where that cannot read it", async () => {
      const { file } = JSON.parse(readFileSync(join(root, "fixtures/data/heic.json"), "utf8")) as {
        file: string;
      };
      writeFileSync(join(folder, "site/files/IMG_1.HEIC"), Buffer.from(file, "base64"));
      page ??= await openPage(true);
      const words = await page.evaluate(() =>
        (globalThis as unknown as { refusal(photo: string): Promise<string> }).refusal(
          "files/IMG_1.HEIC",
        ),
      );
      expect(words).toBe(
        "files/IMG_1.HEIC: this browser does not read HEIC, as Safari does, or the file is damaged; save it as JPEG or PNG",
      );
      expect(errors).toEqual([]);
    });

    it("has threads where a page takes all of striate as one", async () => {
      const taken = join(folder, "whole");
      await bundlePage(taken, ["whole.ts"]);
      for (const file of [network, photo]) copyFileSync(file, join(taken, "site", basename(file)));
      const whole = await openPage(true, join(taken, "site"));
      const score = await whole.evaluate(() =>
        (globalThis as unknown as { classify(...names: string[]): Promise<number> }).classify(
          "cat_vs_dog.h5",
          "dog.jpg",
        ),
      );
      expect(errors).toEqual([]);
      expect(whole.workers().length).toBeGreaterThan(0);
      const model = await loadModel(network);
      const [expected] = await model.classify(await readImage(photo));
      expect(score).toBeCloseTo(expected!.score, 5);
    });
  });

const expectations: Record<string, Awaited<ReturnType<typeof look>>> = {};

/** What Node makes of a model; its numbers go into a file, as {@link PageRequest} has them. */
async function expectationOf(files: File[], into: string) {
  const [dog, cat] = [photo, other].map((each) => new File([readFileSync(each)], basename(each)));
  const found = await look(files, dog!, cat!);
  const gradients = [found.slopes.data, found.pixels.data];
  const layers = found.layers.map(({ data }) => data);
  const arrays = [found.photo.data, ...layers, ...gradients, found.maps.values];
  const all = arrays.map((data) => Float32Array.from(data as Float32Array));
  writeFileSync(into, Buffer.concat(all.map((data) => Buffer.from(data.buffer))));
  return found;
}

/** The tutorial's network as every kind of file. */
const network = join(root, "models/cat_vs_dog.h5");
const forms: Record<string, { write(folder: string): unknown; like?: string }> = {
  "an .h5 file": {
    write: (folder) => writeFileSync(join(folder, "model.h5"), readFileSync(network)),
  },
  "a .keras file": { write: convertTo("model.keras"), like: "an .h5 file" },
  "a TF.js model": { write: convertTo("model.json"), like: "an .h5 file" },
  "an .onnx file": { write: convertTo("model.onnx") },
  "a .tflite file": {
    write: async (folder) => writeFileSync(join(folder, "model.tflite"), await tutorialTflite()),
  },
};

/** The network as TensorFlow's converter writes it (fixtures/tutorial-tflite.py), its weights put in again. */
async function tutorialTflite(): Promise<Uint8Array> {
  const data = join(root, "fixtures/data/tflite");
  const bytes = gunzipSync(readFileSync(join(data, "tutorial.tflite.gz")));
  const places = JSON.parse(readFileSync(join(data, "tutorial.json"), "utf8")) as {
    weight: string;
    order: number[];
    at: number;
  }[];
  const { network: own } = await loadModel(network);
  for (const { weight, order, at } of places) {
    const found = own.weights.get(weight)!;
    const value = weightToUser(own.graph.initializers.get(found.value)!, found);
    const { data: values } = transpose(toFloat32(value), order);
    bytes.set(new Uint8Array(Float32Array.from(values).buffer), at);
  }
  return bytes;
}

function convertTo(name: string) {
  return (folder: string) => convertFile(network, join(folder, name), { check: false });
}
