import { StriateError, messageOf } from "../base/errors.ts";
import type { ModelSource } from "../formats/format.ts";

/** As for files: nothing larger is taken into memory. */
const maxBytes = 2 ** 31 - 1;
/** A server that says nothing for so long, in milliseconds, has nothing to say. */
const patience = 60_000;

/**
 * A model at a web address: the file itself, or the folder of a TF.js model, whose `model.json` is
 * taken. Files that it names are fetched from the same folder of the same server.
 *
 * @throws StriateError when the server does not answer with the file
 */
export async function fetchModel(address: string): Promise<ModelSource> {
  const url = new URL(address);
  if (url.pathname.endsWith("/")) url.pathname += "model.json";
  return {
    name: address,
    bytes: await fetchBytes(url, address),
    sibling: (path) => fetchBytes(siblingUrl(url, path), path),
  };
}

function siblingUrl(model: URL, path: string): URL {
  const folder = new URL(".", model);
  const url = new URL(path, folder);
  // The query of the model's address may be what lets us in.
  url.search = model.search;
  if (url.origin !== folder.origin || !url.pathname.startsWith(folder.pathname))
    throw new StriateError(`"${path}" leads out of the model's folder and is not fetched`);
  return url;
}

/** A file at a web address. @throws StriateError with its name when the server does not answer with it */
export async function fetchBytes(url: URL | string, name: string): Promise<Uint8Array> {
  const refuse = (what: string, cause?: unknown): never => {
    throw new StriateError(`${name}: ${what}`, { cause });
  };
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(patience) });
    if (!answer.ok) refuse(`the server answers ${answer.status} ${answer.statusText}`.trimEnd());
    const length = Number(answer.headers.get("content-length") ?? 0);
    if (length > maxBytes) refuse("is larger than 2 GB");
    const parts: Uint8Array[] = [];
    let size = 0;
    const reader = answer.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader!.read()) {
      size += part.value.length;
      if (size > maxBytes) refuse("is larger than 2 GB");
      parts.push(part.value);
    }
    return joined(parts, size);
  } catch (error) {
    if (error instanceof StriateError) throw error;
    const { cause } = error as { cause?: unknown };
    return refuse(`cannot be fetched: ${messageOf(cause ?? error)}`, error);
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
