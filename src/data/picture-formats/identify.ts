import { latin1 } from "./bytes.ts";
import { type PictureFormat, pictureFormats } from "./index.ts";
import { mediaBrands } from "./media-brands.ts";

/** What a file is by its first bytes; its name plays no part. */
export type Identified =
  | { readonly format: PictureFormat; readonly other?: never }
  | { readonly format?: never; readonly other: string };

/** `a JPEG picture`, `a web page`. */
export const kindInWords = ({ format, other }: Identified): string =>
  other ?? `${/^[AEIO]/.test(format) ? "an" : "a"} ${format} picture`;

/** The number of leading bytes that {@link identifyPicture} looks at. */
export const identifyingBytes = 512;

/** Leading bytes (Latin-1, `.` for any byte) and what a file that begins so is, that is not read. */
const signatures: readonly (readonly [signature: string, what: string])[] = [
  ["II+\0", "a BigTIFF picture"],
  ["MM\0+", "a BigTIFF picture"],
  ["\x89HDF\r\n\x1a\n", "an HDF5 file"],
  ["\0\0\0\x0cjP  ", "a JPEG 2000 picture"],
  ["\xff\x4f\xff\x51", "a JPEG 2000 picture"],
  ["\0\0\0\x0cJXL ", "a JPEG XL picture"],
  ["\xff\x0a", "a JPEG XL picture"],
  ["qoif", "a QOI picture"],
  ["8BPS", "a Photoshop document"],
  ["DDS ", "a DDS texture"],
  ["%PDF", "a PDF document"],
  ["PK\x03\x04", "a zip archive"],
  ["PK\x05\x06", "a zip archive"],
  ["\x1f\x8b", "a gzip archive"],
  ["\x93NUMPY", "a NumPy array"],
  ["RIFF....AVI ", "an AVI film"],
  ["\x1aE\xdf\xa3", "a Matroska film"],
  ["\xd0\xcf\x11\xe0", "an old Office document"],
];

/** Tells what a file is from its first {@link identifyingBytes} bytes. */
export function identifyPicture(bytes: Uint8Array): Identified {
  if (bytes.length === 0) return { other: "empty (0 bytes)" };
  const head = latin1(bytes.subarray(0, identifyingBytes));
  const format = pictureFormats.find(({ begins }) =>
    typeof begins === "function" ? begins(head) : begins.some((sign) => beginsWith(head, sign)),
  );
  if (format) return { format: format.name };
  if (mediaBrands(head).length > 0) return { other: "an MP4 film or the like" };
  const known = signatures.find(([signature]) => beginsWith(head, signature));
  return { other: known?.[1] ?? identifyText(head) };
}

function beginsWith(head: string, signature: string): boolean {
  if (head.length < signature.length) return false;
  for (let i = 0; i < signature.length; i++)
    if (signature[i] !== "." && signature[i] !== head[i]) return false;
  return true;
}

function identifyText(head: string): string {
  const start = head.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (/^<svg|^<\?xml[^>]*>\s*(<!--.*?-->\s*)?(<!DOCTYPE svg|<svg)/is.test(start))
    return "an SVG drawing";
  if (/^<!doctype html|^<html|^<(head|body|script|!--)/i.test(start)) return "a web page";
  if (start === "" || /^[\t\n\r\x20-\x7e\x80-\xff]+$/.test(start)) return "a text file";
  return "no kind of picture that striate knows";
}
