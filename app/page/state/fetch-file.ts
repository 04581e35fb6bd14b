import type { CallOptions } from "../../engine/protocol.ts";
import { chunks } from "./chunks.ts";

export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "AbortError";

const begun = new Map<string, Promise<Response>>();

/** Begins to read a file that {@link fetchFile} is asked for soon. */
export function beginFetching(address: string, priority: RequestPriority = "auto"): void {
  const response = fetch(address, { priority });
  response.catch(() => undefined);
  begun.set(address, response);
}

/** A file on the web, with progress where its length is known. */
export async function fetchFile(
  address: string,
  { signal, onProgress }: CallOptions & { signal: AbortSignal },
): Promise<File> {
  const name = plainName(address.replace(/[?#].*$/, "").replace(/^.*\//, "")) || "file";
  let response: Response;
  const asked = begun.get(address);
  // What failed once is asked for anew the next time.
  begun.delete(address);
  try {
    response = await (asked ?? fetch(address, { signal }));
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Error(
      `${address}: cannot be fetched; its server must allow other pages to read it (CORS), or it is not there`,
      { cause: error },
    );
  }
  if (!response.ok || response.body === null)
    throw new Error(`${address}: the server says ${response.status} ${response.statusText}`);
  const length = Number(response.headers.get("content-length")) || undefined;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let read = 0;
  try {
    for await (const part of chunks(response.body)) {
      parts.push(part);
      read += part.length;
      if (length) onProgress?.(Math.min(1, read / length));
    }
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Error(`${address}: the connection broke off after ${read} bytes; try it again`, {
      cause: error,
    });
  }
  const type = response.headers.get("content-type") ?? "";
  return new File(parts, name, { type });
}

function plainName(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
