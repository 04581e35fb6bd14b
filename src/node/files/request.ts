import { StriateError } from "../../base/errors.ts";
import { percentDecoded } from "../../base/percent-decoded.ts";
import { isPrivateHost } from "./private-address.ts";
import { parseAddress, shownAddress } from "../../api/web-address.ts";

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds without a byte after which the server has nothing to say; 60 s by default. */
  readonly silence?: number;
  /** Servers (`https://host`) that a redirect may lead to; any public one by default. */
  readonly servers?: readonly string[];
}

export interface Answer {
  readonly response: Response;
  /** Where the last redirect led. */
  readonly url: URL;
  /** The body as it comes. A slow one is fine, a silent one is given up. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Ends the connection, however much of the body has come. */
  close(): void;
}

const mostRedirects = 10;

/**
 * Asks for a web address. Redirects are followed step by step, so that each is looked at first: none leads
 * from `https` to `http`, and none from outside into a private network. What lets us in (a name, a password,
 * a query) is given to nobody but the server that it was meant for.
 *
 * @throws StriateError when a redirect leads where it may not; the error of `fetch` when nothing comes
 */
export async function request(address: URL, options: RequestOptions = {}): Promise<Answer> {
  const { silence = 60_000, servers } = options;
  const stop = new AbortController();
  let timer: NodeJS.Timeout;
  const listen = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stop.abort(new Error("the server gives no answer any more")), silence);
  };
  const close = (): void => {
    clearTimeout(timer);
    stop.abort();
  };
  try {
    let url = address;
    for (let redirects = 0; ; redirects++) {
      listen();
      const response = await ask(url, options.headers ?? {}, stop.signal);
      const location = response.headers.get("location");
      if (location === null || ![301, 302, 303, 307, 308].includes(response.status))
        return { response, url, chunks: () => chunksOf(response, listen, close), close };
      await response.body?.cancel();
      if (redirects === mostRedirects) throw new Error("the server redirects for ever");
      const next = parseAddress(
        URL.canParse(location, url.href) ? new URL(location, url).href : location,
      );
      await checkRedirect(url, next, servers);
      url = next;
    }
  } catch (error) {
    close();
    throw error;
  }
}

/** A name and a password in the address go where HTTP has a place for them. */
function ask(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
  const plain = new URL(url);
  [plain.username, plain.password] = ["", ""];
  const who = [url.username, url.password].map(percentDecoded).join(":");
  const access =
    who === ":" ? undefined : { authorization: `Basic ${Buffer.from(who).toString("base64")}` };
  return fetch(plain, { headers: { ...headers, ...access }, signal, redirect: "manual" });
}

async function checkRedirect(
  from: URL,
  to: URL,
  servers: readonly string[] | undefined,
): Promise<void> {
  const upgraded = to.protocol === "https:" && from.protocol === "http:" && to.host === from.host;
  if (from.protocol === "https:" && to.protocol === "http:")
    throw new StriateError(
      `${shownAddress(from)}: leads to ${shownAddress(to)}, where everybody on the way can read and change it`,
    );
  if (servers && !servers.includes(to.origin) && !upgraded)
    throw new StriateError(
      `${shownAddress(from)}: leads to another server (${to.origin}) and is not fetched; ` +
        "download the folder, and open it from disk",
    );
  if (to.host !== from.host && (await isPrivateHost(to)) && !(await isPrivateHost(from)))
    throw new StriateError(
      `${shownAddress(from)}: leads into a private network (${to.host}) and is not fetched`,
    );
}

async function* chunksOf(
  response: Response,
  listen: () => void,
  close: () => void,
): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of response.body ?? []) {
      listen();
      yield chunk as Uint8Array;
    }
  } finally {
    close();
  }
}
