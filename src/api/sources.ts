import { StriateError, UnreachableError } from "../base/errors.ts";

/** A `Blob`, as far as it is read. */
export interface BlobSource {
  readonly size: number;
  readonly type: string;
  arrayBuffer(): Promise<ArrayBuffer>;
  slice(start?: number, end?: number): BlobSource;
}

/** A `File`, as a page gets it from an input, a drop, or a folder. */
export interface FileSource extends BlobSource {
  readonly name: string;
  /** The path from the folder that was chosen; empty where it was a file. */
  readonly webkitRelativePath?: string;
}

/** A `URL`. */
export interface UrlSource {
  readonly href: string;
  readonly protocol: string;
  readonly pathname: string;
}

/**
 * A file, whatever the caller has of it: a path (in a page: an address relative to it), an
 * `http(s)` address, a `URL`, its bytes, or a `Blob` or `File`.
 */
export type AnyFile = string | UrlSource | Uint8Array | ArrayBuffer | BlobSource;

/** What kind of {@link AnyFile} came. */
export type SortedFile =
  | { kind: "path"; path: string }
  | { kind: "url"; url: string }
  | { kind: "bytes"; bytes: Uint8Array }
  | { kind: "blob"; blob: BlobSource; name: string | undefined };

export const isWebAddress = (text: string): boolean => /^https?:\/\//i.test(text);

/** Tells what came apart; undefined where it is no file at all. */
export function sortFile(source: unknown): SortedFile | undefined {
  if (typeof source === "string")
    return isWebAddress(source) ? { kind: "url", url: source } : { kind: "path", path: source };
  if (source instanceof Uint8Array) return { kind: "bytes", bytes: source };
  if (source instanceof ArrayBuffer || source instanceof Uint8ClampedArray)
    return { kind: "bytes", bytes: new Uint8Array(source) };
  if (typeof source !== "object" || source === null) return undefined;
  if ("href" in source && "protocol" in source) {
    const { href, protocol, pathname } = source as UrlSource;
    return protocol === "file:"
      ? { kind: "path", path: pathOf(pathname) }
      : { kind: "url", url: href };
  }
  if ("arrayBuffer" in source && "size" in source) {
    const blob = source as BlobSource;
    return { kind: "blob", blob, name: isFile(blob) ? blob.name : undefined };
  }
  return undefined;
}

/** `/C:/models/a.h5` is `C:/models/a.h5`: a drive stands behind the slash. */
const pathOf = (pathname: string): string =>
  decodeURIComponent(pathname).replace(/^\/([a-z]:)/i, "$1");

export const isFile = (blob: BlobSource): blob is FileSource =>
  typeof (blob as Partial<FileSource>).name === "string";

/**
 * The bytes of a `Blob` or `File`.
 * @param name for the message; absent where the caller puts it in front
 * @throws UnreachableError where the browser can no longer read the file that the user gave
 */
export async function readBlob(blob: BlobSource, name?: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    // The two that the File API knows: https://www.w3.org/TR/FileAPI/#dfn-error-codes
    if (!["NotReadableError", "NotFoundError"].includes((error as Error).name)) throw error;
    throw new UnreachableError(
      `${name ? `${name}: ` : ""}cannot be read any more; it was moved, changed or locked since it was chosen: choose it again`,
      { cause: error },
    );
  }
}

/** @throws StriateError that says what came instead */
export function wrongArgument(fn: string, expected: string, got: unknown): never {
  throw new StriateError(`${fn}: expected ${expected}; got ${describeValue(got)}`);
}

/** A value in a few words, however large it is: `an array of 3 numbers`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string")
    return value === "" ? "an empty text" : `the text "${short(value)}"`;
  if (typeof value === "function") return `a function${value.name && ` (${short(value.name)})`}`;
  if (typeof value !== "object") return `${typeof value} ${String(value)}`;
  if (value instanceof Promise) return "a Promise: put await in front of it";
  if (Array.isArray(value)) {
    const kinds = new Set(value.slice(0, 100).map((item) => describeKind(item)));
    const of = kinds.size === 1 ? ` (each ${[...kinds][0]})` : "";
    return `an array of ${value.length}${of}`;
  }
  const keys = Object.keys(value).slice(0, 6);
  const kind = describeKind(value);
  if (ArrayBuffer.isView(value)) return `${kind} of ${value.byteLength} bytes`;
  return kind === "an Object" && keys.length > 0
    ? `an object with ${keys.map(short).join(", ")}`
    : kind;
}

function describeKind(value: unknown): string {
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  const name = (value.constructor as { name?: string } | undefined)?.name ?? "Object";
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${short(name)}`;
}

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
