import { joinBytes } from "../base/join-bytes.ts";
import { StriateError, messageOf } from "../base/errors.ts";
import { shownAddress } from "../api/web-address.ts";
import type { ModelSource } from "../formats/format.ts";

/** As for files: nothing larger is taken into memory. */
const maxBytes = 2 ** 31 - 1;
/** A server that says nothing for so long, in milliseconds, has nothing to say; a slow one may take its time. */
const silence = 60_000;

/**
 * A model at a web address: the file itself, or the folder of a TF.js model, whose `model.json` is
 * taken. Files that it names are fetched from the same folder of the same server.
 *
 * @throws StriateError when the server does not answer with the file
 */
export async function fetchModel(address: string): Promise<ModelSource> {
  if (!URL.canParse(address)) throw new StriateError(`${shownAddress(address)}: is no address`);
  const url = new URL(address);
  if (url.pathname.endsWith("/")) url.pathname += "model.json";
  const name = shownAddress(address);
  const first = await fetchFrom(url, name);
  const servers = [url.origin, first.origin];
  return {
    name,
    bytes: first.bytes,
    sibling: async (path) => (await fetchFrom(siblingUrl(url, path), path, servers)).bytes,
  };
}

function siblingUrl(model: URL, path: string): URL {
  const folder = new URL(".", model);
  const url = URL.canParse(path, folder.href) ? new URL(path, folder) : undefined;
  if (url?.origin !== folder.origin || !url.pathname.startsWith(folder.pathname))
    throw new StriateError(`"${path}" leads out of the model's folder and is not fetched`);
  // The query of the model's address may be what lets us in.
  url.search = model.search;
  return url;
}

/** A file at a web address. @throws StriateError with its name when the server does not answer with it */
export async function fetchBytes(url: URL | string, name: string): Promise<Uint8Array> {
  return (await fetchFrom(url, name)).bytes;
}

/** @param servers that the browser's redirects may lead to; any by default */
async function fetchFrom(
  url: URL | string,
  name: string,
  servers?: readonly string[],
): Promise<{ bytes: Uint8Array; origin: string }> {
  const refuse = (what: string, cause?: unknown): never => {
    throw new StriateError(`${name}: ${what}`, { cause });
  };
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listen = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stop.abort(new Error("the server gives no answer any more")), silence);
  };
  try {
    listen();
    const answer = await fetch(url, { signal: stop.signal });
    const { origin } = new URL(answer.url || url);
    if (servers && !servers.includes(origin)) refuse(`leads to another server (${origin})`);
    if (!answer.ok) refuse(`the server answers ${answer.status} ${answer.statusText}`.trimEnd());
    const length = Number(answer.headers.get("content-length") ?? 0);
    if (length > maxBytes) refuse("is larger than 2 GB");
    const parts: Uint8Array[] = [];
    let size = 0;
    const reader = answer.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader!.read()) {
      listen();
      size += part.value.length;
      if (size > maxBytes) refuse("is larger than 2 GB");
      parts.push(part.value);
    }
    return { bytes: joinBytes(parts), origin };
  } catch (error) {
    if (error instanceof StriateError) throw error;
    const { cause } = error as { cause?: unknown };
    return refuse(`cannot be fetched: ${messageOf(cause ?? error)}`, error);
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}
