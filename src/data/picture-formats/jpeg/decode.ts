import { largest } from "../../../base/extremes.ts";
import type { Pixels } from "../pixels.ts";
import { ByteReader, latin1 } from "../bytes.ts";
import { accurateIdct } from "./accurate-idct.ts";
import { fastIdct, scaleQuantization } from "./fast-idct.ts";
import {
  type Component,
  type Frame,
  type Tables,
  readFrame,
  readHuffman,
  readQuantization,
} from "./frame.ts";
import { Irregular } from "./irregular.ts";
import { decodeScan } from "./scan.ts";
import { type Plane, upsample } from "./upsample.ts";

/** A decoded picture, and how many bytes that belong to nothing were passed over. */
export interface DecodedJpeg extends Pixels {
  readonly strayBytes: number;
}

/** Whose pixels a JPEG gives: TensorFlow's lie up to dozens of levels from Pillow's. */
export type JpegDecoder = "tensorflow" | "pillow";

/**
 * Decodes a JPEG to the very bytes of `tf.io.decode_jpeg` (and `decode_image`) with its default, the
 * fast integer DCT, or to those of Pillow, which decodes as libjpeg does by default.
 *
 * It takes the files that cameras and programs write: baseline and progressive Huffman coding, 8 bits,
 * grey, RGB, YCbCr, CMYK and YCCK, whole and undamaged.
 *
 * @returns undefined for anything else: another decoder has to read it, or to say what is wrong
 */
export function decodeJpeg(bytes: Uint8Array, decoder: JpegDecoder): DecodedJpeg | undefined {
  try {
    const tables: Tables = { quantization: [], dc: [], ac: [], restartInterval: 0, jfif: false };
    const { frame, strayBytes } = readCoefficients(bytes, tables);
    return { ...toRgb(frame, tables, decoder), strayBytes };
  } catch (error) {
    if (error instanceof Irregular) return undefined;
    throw error;
  }
}

const maxScans = 100;

function readCoefficients(bytes: Uint8Array, tables: Tables): { frame: Frame; strayBytes: number } {
  const reader = new ByteReader(bytes, "big");
  let frame: Frame | undefined;
  let [scans, strayBytes] = [0, 0];
  for (let at = 2; ;) {
    const marker = reader.u8(at + 1);
    if (Number.isNaN(marker)) throw new Irregular("no end");
    if (reader.u8(at) !== 0xff) {
      strayBytes++;
      at++;
      continue;
    }
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xd9) break;
    const length = reader.u16(at + 2) - 2;
    const start = at + 4;
    if (!(length >= 0 && start + length <= bytes.length)) throw new Irregular("a cut segment");
    const segment = bytes.subarray(start, start + length);
    at = start + length;
    if (marker === 0xdb) readQuantization(segment, tables);
    else if (marker === 0xc4) readHuffman(segment, tables);
    else if (marker === 0xdd) tables.restartInterval = reader.u16(start);
    else if (marker === 0xe0 && latin1(segment.subarray(0, 5)) === "JFIF\0") tables.jfif = true;
    else if (marker === 0xee && latin1(segment.subarray(0, 5)) === "Adobe" && length >= 12)
      tables.adobe = segment[11]!;
    else if (marker >= 0xc0 && marker <= 0xc2) {
      if (frame) throw new Irregular("two frames");
      frame = readFrame(segment, marker === 0xc2);
    } else if (marker === 0xda) {
      if (!frame) throw new Irregular("a scan before its frame");
      // Each scan walks over the whole picture: a small file of many would keep it busy for minutes.
      if (++scans > maxScans) throw new Irregular("too many scans");
      at = decodeScan(bytes, start, length, frame, tables);
    } else if (marker < 0xe0 && marker !== 0xfe) throw new Irregular("a marker of another kind");
  }
  if (!frame || scans === 0) throw new Irregular("no picture");
  return { frame, strayBytes };
}

function samplesOf(
  component: Component,
  frame: Frame,
  tables: Tables,
  decoder: JpegDecoder,
): Plane {
  const table = tables.quantization[component.quantization];
  if (!table) throw new Irregular("a missing quantisation table");
  const isFast = decoder === "tensorflow";
  const steps = isFast ? scaleQuantization(table) : table;
  const idct = isFast ? fastIdct : accurateIdct;
  const { blocksWide, blocksHigh, stride, coefficients, h, v } = component;
  const samples = {
    stride: blocksWide * 8,
    data: new Uint8ClampedArray(blocksWide * blocksHigh * 64),
  };
  for (let y = 0; y < blocksHigh; y++)
    for (let x = 0; x < blocksWide; x++)
      idct(
        coefficients,
        (y * stride + x) * 64,
        steps,
        samples.data,
        y * 8 * samples.stride + x * 8,
        samples.stride,
      );
  const maxH = largest(frame.components.map((one) => one.h));
  const maxV = largest(frame.components.map((one) => one.v));
  const plane = {
    ...samples,
    width: Math.ceil((frame.width * h) / maxH),
    height: Math.ceil((frame.height * v) / maxV),
  };
  return upsample(plane, maxH / h, maxV / v);
}

function toRgb(frame: Frame, tables: Tables, decoder: JpegDecoder): Pixels {
  const { width, height } = frame;
  const planes = frame.components.map((component) => samplesOf(component, frame, tables, decoder));
  const data = new Uint8ClampedArray(width * height * 3);
  const paint = painters[colorsOf(frame, tables)];
  // Adobe writes the inks upside down.
  const [paper, ink] = tables.adobe === undefined ? [255, -1] : [0, 1];
  const channel = decoder === "tensorflow" ? tensorFlowChannel : pillowChannel;
  const print: Print = (inks, black) => channel(paper + ink * inks, paper + ink * black);
  for (let y = 0, to = 0; y < height; y++) {
    const rows = planes.map((plane) => y * plane.stride);
    paint(planes, rows, width, data, to, print);
    to += width * 3;
  }
  return { width, height, data: new Uint8Array(data.buffer), alpha: false };
}

type Colors = "grey" | "rgb" | "ycc" | "cmyk" | "ycck";

/** What the components mean, by libjpeg's rules: JFIF, then Adobe's marker, then the components' names. */
function colorsOf({ components }: Frame, { jfif, adobe }: Tables): Colors {
  if (components.length === 1) return "grey";
  if (components.length === 4) return adobe === 2 ? "ycck" : "cmyk";
  if (jfif) return "ycc";
  if (adobe !== undefined) return adobe === 0 ? "rgb" : "ycc";
  // bounded: four at most
  const names = String.fromCharCode(...components.map(({ id }) => id));
  return names === "RGB" ? "rgb" : "ycc";
}

type Painter = (
  planes: readonly Plane[],
  rows: readonly number[],
  width: number,
  into: Uint8ClampedArray,
  to: number,
  print: Print,
) => void;

/** What an ink and the black over it leave of the paper's light, as the file has them. */
type Print = (ink: number, black: number) => number;

// Both take what is left of the light: 255 where there is no ink.
const tensorFlowChannel: Print = (left, paper) => Math.floor((paper * left) / 255);
const pillowChannel: Print = (left, paper) => paper - Math.round(((255 - left) * paper) / 255);

const half = 1 << 15;
// The factors of JFIF (ITU-R BT.601) in 16 bits.
const redOfCr = Math.round(1.402 * 65536);
const greenOfCb = Math.round(0.34414 * 65536);
const greenOfCr = Math.round(0.71414 * 65536);
const blueOfCb = Math.round(1.772 * 65536);

const painters: Readonly<Record<Colors, Painter>> = {
  grey([grey], [row], width, into, to) {
    for (let x = 0; x < width; x++) {
      const level = grey!.data[row! + x]!;
      into[to++] = level;
      into[to++] = level;
      into[to++] = level;
    }
  },
  rgb(planes, rows, width, into, to) {
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) into[to++] = planes[c]!.data[rows[c]! + x]!;
  },
  ycc([luma, blue, red], [row0, row1, row2], width, into, to) {
    for (let x = 0; x < width; x++) {
      const y = luma!.data[row0! + x]!;
      const cb = blue!.data[row1! + x]! - 128;
      const cr = red!.data[row2! + x]! - 128;
      into[to++] = y + ((redOfCr * cr + half) >> 16);
      into[to++] = y + ((-greenOfCb * cb - greenOfCr * cr + half) >> 16);
      into[to++] = y + ((blueOfCb * cb + half) >> 16);
    }
  },
  cmyk([cyan, magenta, yellow, black], [row0, row1, row2, row3], width, into, to, print) {
    for (let x = 0; x < width; x++) {
      const k = black!.data[row3! + x]!;
      into[to++] = print(cyan!.data[row0! + x]!, k);
      into[to++] = print(magenta!.data[row1! + x]!, k);
      into[to++] = print(yellow!.data[row2! + x]!, k);
    }
  },
  ycck([luma, blue, red, black], [row0, row1, row2, row3], width, into, to, print) {
    const inks = new Uint8ClampedArray(3);
    for (let x = 0; x < width; x++) {
      const y = luma!.data[row0! + x]!;
      const cb = blue!.data[row1! + x]! - 128;
      const cr = red!.data[row2! + x]! - 128;
      inks[0] = 255 - (y + ((redOfCr * cr + half) >> 16));
      inks[1] = 255 - (y + ((-greenOfCb * cb - greenOfCr * cr + half) >> 16));
      inks[2] = 255 - (y + ((blueOfCb * cb + half) >> 16));
      const k = black!.data[row3! + x]!;
      for (const ink of inks) into[to++] = print(ink, k);
    }
  },
};
