import { StriateError, messageOf } from "../../base/errors.ts";
import type { ModelSource } from "../../formats/format.ts";
import { type RequestOptions, request } from "./request.ts";
import { parseAddress, shownAddress } from "../../api/web-address.ts";

/** As for files: nothing larger is taken into memory. */
const maxBytes = 2 ** 31 - 1;

/**
 * A model at a web address: the file itself, or the folder of a TF.js model, whose `model.json` is
 * taken. Files that it names are fetched from the same folder of the same server, and a redirect of theirs
 * leads nowhere else than to that server, or to the one that the model itself came from.
 *
 * @throws StriateError when the server does not answer with the file
 */
export async function fetchModel(
  address: string,
  options: Pick<RequestOptions, "silence"> = {},
): Promise<ModelSource> {
  const url = parseAddress(address);
  if (url.pathname.endsWith("/")) url.pathname += "model.json";
  const name = shownAddress(address);
  const first = await fetchBytes(url, name, options);
  const servers = [url.origin, first.url.origin];
  return {
    name,
    bytes: first.bytes,
    sibling: (path) =>
      fetchBytes(siblingUrl(url, path), path, { ...options, servers }).then(({ bytes }) => bytes),
  };
}

/** A file at a web address. @throws StriateError with its name when the server does not answer with it */
export async function fetchFile(address: string): Promise<Uint8Array> {
  return (await fetchBytes(parseAddress(address), shownAddress(address), {})).bytes;
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

async function fetchBytes(
  from: URL,
  name: string,
  options: RequestOptions,
): Promise<{ bytes: Uint8Array; url: URL }> {
  const refuse = (what: string, cause?: unknown): never => {
    throw new StriateError(`${name}: ${what}`, { cause });
  };
  let close: (() => void) | undefined;
  try {
    const { response, url, chunks, ...answer } = await request(from, options);
    close = answer.close;
    if (!response.ok)
      refuse(`the server answers ${response.status} ${response.statusText}`.trimEnd());
    if (response.status === 206) refuse("the server answers with a part of the file");
    const length = Number(response.headers.get("content-length") ?? 0);
    if (length > maxBytes) refuse("is larger than 2 GB");
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of chunks()) {
      size += part.length;
      if (size > maxBytes) refuse("is larger than 2 GB");
      parts.push(part);
    }
    return { bytes: Buffer.concat(parts), url };
  } catch (error) {
    if (error instanceof StriateError) throw error;
    const { cause } = error as { cause?: unknown };
    return refuse(`cannot be fetched: ${messageOf(cause ?? error)}`, error);
  } finally {
    close?.();
  }
}
