import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import sharp from "sharp";
import { cmykToRgb } from "../cmyk.ts";
import { decodeJpeg } from "./decode.ts";

interface Fixture {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly rgb: string;
}

/** JPEGs of every kind and `tf.io.decode_jpeg` of them, by fixtures/jpeg.py. */
const fixtures = JSON.parse(
  readFileSync(new URL("../../../../fixtures/data/jpeg.json", import.meta.url), "utf8"),
) as Record<string, Fixture>;
const fileOf = (name: string) => new Uint8Array(Buffer.from(fixtures[name]!.file, "base64"));

describe("decodeJpeg", () => {
  it.each(Object.keys(fixtures))("%s: TensorFlow's bytes", (name) => {
    const { width, height, rgb } = fixtures[name]!;
    const decoded = decodeJpeg(fileOf(name), "tensorflow");
    expect([decoded?.width, decoded?.height]).toEqual([width, height]);
    expect(Buffer.from(decoded!.data)).toEqual(Buffer.from(rgb, "base64"));
    expect(decoded!.strayBytes).toBe(name === "stray bytes" ? 3 : 0);
  });

  it.each(Object.keys(fixtures))("%s: libjpeg's own bytes, as Pillow has them", async (name) => {
    const isCmyk = /cmyk|ycck/i.test(name);
    const picture = sharp(fileOf(name), { ignoreIcc: true, failOn: "error" });
    const { data } = await (
      isCmyk
        ? picture.pipelineColourspace("cmyk").toColourspace("cmyk")
        : picture.toColourspace("srgb")
    )
      .raw()
      .toBuffer({ resolveWithObject: true });
    const bytes = new Uint8Array(data);
    const decoded = decodeJpeg(fileOf(name), "pillow");
    expect(Buffer.from(decoded!.data)).toEqual(Buffer.from(isCmyk ? cmykToRgb(bytes) : bytes));
  });

  it("leaves what is cut off to another decoder, at whatever byte", () => {
    for (const name of ["baseline 4:2:0", "progressive 4:2:2", "restart markers"]) {
      const whole = fileOf(name);
      for (let length = 0; length < whole.length - 2; length += 13)
        expect(
          decodeJpeg(whole.subarray(0, length), "tensorflow"),
          `${name} ${length}`,
        ).toBeUndefined();
    }
  });

  it("never fails on damaged bytes but hands them on, or reads what is still a picture", () => {
    let seed = 1;
    const random = (n: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % n;
    };
    for (const name of Object.keys(fixtures))
      for (let i = 0; i < 60; i++) {
        const file = fileOf(name);
        for (let k = 0; k < 3; k++) file[random(file.length)] = random(256);
        // A header that asks for a huge picture is refused before this decoder sees it.
        const at = file.findIndex(
          (byte, j) => byte === 0xff && (file[j + 1] === 0xc0 || file[j + 1] === 0xc2),
        );
        if (at < 0) continue;
        file.set([0, 16, 0, 16], at + 5);
        const decoded = decodeJpeg(file, i % 2 ? "pillow" : "tensorflow");
        if (decoded) expect(decoded.data.length).toBe(decoded.width * decoded.height * 3);
      }
  });
});
