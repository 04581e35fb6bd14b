import { readFileSync } from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import { decodePicture } from "../data/pictures/decode-picture.ts";
import { decodePicture as browser } from "./decode-picture.ts";

const read = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../fixtures/data/${name}.json`, import.meta.url), "utf8"),
  ) as Record<string, { file: string }>;
/** An iPhone's kind of photo, stored on its side: fixtures/heic.py. */
const heic = Buffer.from(read("heic")["file"] as unknown as string, "base64");
const avif = Buffer.from(read("pictures")["AVIF orientation 6"]!.file, "base64");

afterEach(() => vi.unstubAllGlobals());

/** A browser whose decoder gives a grey picture of this size; what it is asked. */
function plantDecoder(width: number, height: number): ImageBitmapOptions[] {
  const asked: ImageBitmapOptions[] = [];
  vi.stubGlobal("createImageBitmap", (_: Blob, options: ImageBitmapOptions) => {
    asked.push(options);
    return Promise.resolve({ width, height, close: () => undefined });
  });
  class Canvas {
    getContext = () => ({
      drawImage: () => undefined,
      // bounded: by the size that the test plants
      getImageData: () => ({ data: new Uint8ClampedArray(width * height * 4).fill(255) }),
    });
  }
  vi.stubGlobal("OffscreenCanvas", Canvas);
  return asked;
}

it("hands a HEIC photo to the browser, which turns it, and says so", async () => {
  const asked = plantDecoder(64, 128);
  const image = await decodePicture(heic, "IMG_1.HEIC", browser);
  expect(asked).toMatchObject([{ imageOrientation: "from-image", colorSpaceConversion: "none" }]);
  expect([image.width, image.height]).toEqual([64, 128]);
  expect(image.origin).toMatchObject({
    format: "HEIC",
    // As it lies in the file: places on it are told in the file's own rows and columns.
    storedSize: [64, 128],
    orientation: 6,
    oriented: true,
    steps: ["decoded and turned upright by the browser"],
  });
});

it("turns itself what the format leaves to its reader", async () => {
  const asked = plantDecoder(7, 5);
  const image = await decodePicture(avif, "a.avif", browser);
  expect(asked).toMatchObject([{ imageOrientation: "none" }]);
  expect([image.width, image.height]).toEqual([5, 7]);
  expect(image.origin.steps[0]).toBe("decoded by the browser");
});

it("says what to do where the browser cannot", async () => {
  vi.stubGlobal("createImageBitmap", () => Promise.reject(new Error("InvalidStateError")));
  await expect(decodePicture(heic, "IMG_1.HEIC", browser)).rejects.toThrow(
    "IMG_1.HEIC: this browser does not read HEIC, as Safari does, or the file is damaged; save it as JPEG or PNG",
  );
  await expect(decodePicture(avif, "a.avif", browser)).rejects.toThrow(
    "a.avif: the AVIF is cut off or damaged, or this browser does not read AVIF",
  );
});

it("names as read only what is read in every browser", async () => {
  const text = Buffer.from("a list of words");
  await expect(decodePicture(text, "a.jpg", browser)).rejects.toThrow(
    "JPEG, PNG, WebP, GIF, AVIF, BMP, ICO and PPM are read",
  );
});
