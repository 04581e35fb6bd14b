import { pushAll } from "../../base/extremes.ts";
import type { FailOnOptions, Sharp, SharpOptions } from "sharp";
import { StriateError, messageOf } from "../../base/errors.ts";
import { cmykToRgb } from "../../data/picture-formats/cmyk.ts";
import { type PictureHeader, stepsOf } from "../../data/picture-formats/picture-header.ts";
import type { PictureFormat } from "../../data/picture-formats/index.ts";
import type { Pixels } from "../../data/picture-formats/pixels.ts";

type SharpFactory = (input: Uint8Array, options: SharpOptions) => Sharp;

let loading: Promise<SharpFactory | undefined> | undefined;

/**
 * sharp is loaded with the first photo: commands that decode none need not pay for it. It is native and
 * optional; undefined where it is not installed.
 */
function loadSharp(): Promise<SharpFactory | undefined> {
  loading ??= import("sharp").then(
    ({ default: sharp }) => {
      // Every file is decoded once: a cache of operations would only hold memory. Parallelism comes
      // from decoding several files at a time, not from threads inside one.
      sharp.cache(false);
      sharp.concurrency(1);
      return sharp;
    },
    () => undefined,
  );
  return loading;
}

/**
 * Decodes JPEG, PNG, WebP and TIFF to RGB bytes as they are stored: no colour profile applied, no
 * turning. What is done on the way is added to `steps`.
 *
 * @returns undefined where sharp is not installed and striate's own decoder reads the format too
 * @throws StriateError (without the file's name) when the file is cut off or damaged
 */
export async function decodeWithSharp(
  bytes: Uint8Array,
  format: PictureFormat,
  header: PictureHeader,
  steps: string[],
): Promise<Pixels | undefined> {
  const sharp = await loadSharp();
  if (sharp === undefined) {
    if (format === "JPEG" || format === "PNG") return undefined;
    throw new StriateError(`${format} is read by sharp, which is not here: npm install sharp`);
  }
  const cmyk = header.color === "cmyk";
  const decode = (failOn: FailOnOptions) => {
    // No more than what the header said, in case sharp finds another size elsewhere in the file.
    const limitInputPixels = header.width * header.height;
    const picture = sharp(bytes, { failOn, ignoreIcc: true, limitInputPixels });
    // Without the first call sharp goes through RGB and a colour profile of its own.
    const wanted = cmyk
      ? picture.pipelineColourspace("cmyk").toColourspace("cmyk")
      : picture.toColourspace("srgb");
    return wanted.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  };
  let strayBytes = false;
  const { data, info } = await decode("warning").catch(async (error: unknown) => {
    if (!isHarmless(messageOf(error))) throw damaged(format, error);
    strayBytes = true;
    return decode("error").catch((again: unknown) => {
      throw damaged(format, again);
    });
  });
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (info.channels !== (cmyk ? 4 : 3))
    throw new StriateError(`the ${format} decodes to ${info.channels} channels, which is not read`);
  pushAll(steps, stepsOf(header, strayBytes));
  return {
    width: info.width,
    height: info.height,
    data: cmyk ? cmykToRgb(raw) : raw,
    alpha: header.alpha,
  };
}

/** Pillow and TensorFlow read such a JPEG without a word: no pixel is touched. */
function isHarmless(message: string): boolean {
  const complaints = message.split("\n").filter((line) => /corrupt|premature|warning/i.test(line));
  return (
    complaints.length > 0 &&
    complaints.every((line) => /\d+ extraneous bytes before marker/.test(line))
  );
}

function damaged(format: PictureFormat, error: unknown): StriateError {
  const reason =
    messageOf(error)
      .split("\n")
      .find((line) => line.trim() !== "") ?? "";
  const words = reason.replace(/^Input buffer has corrupt header:\s*/i, "").replace(/^\w+: /, "");
  return new StriateError(
    `the ${format} is cut off or damaged${words.trim() ? ` (${words.trim()})` : ""}; get a whole copy of it`,
    { cause: error },
  );
}
