import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DownloadOptions, type DownloadProgress, download } from "./download.ts";
import { ownMark } from "../files/process-mark.ts";
import { catsVsDogs } from "../../data/named-datasets.ts";
import { openDataset } from "../../api/open-dataset.ts";

const content = randomBytes(300_000);
const sha256 = createHash("sha256").update(content).digest("hex");

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let folder: string;
let stop: () => void;
let requests: IncomingMessage[];

/** A server on loopback that answers its requests one after the other as told; the last answer stays. */
async function serve(...answers: Answer[]): Promise<string> {
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)]!;
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/pets.zip`;
}

/** Sends the file, or the asked-for rest of it; `limit` cuts the connection after as many bytes. */
const send =
  (bytes: Buffer, { limit = Infinity, ranges = true, etag = '"v1"' } = {}): Answer =>
  (request, response) => {
    const from = ranges ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0) : 0;
    const fits = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
    const start = fits ? from : 0;
    response.writeHead(start > 0 ? 206 : 200, {
      "content-length": bytes.length - start,
      etag,
      ...(start > 0 && { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    });
    const part = bytes.subarray(start, start + limit);
    if (limit >= bytes.length - start) response.end(part);
    else response.write(part, () => setTimeout(() => response.destroy(), 20));
  };

/** The byte from which a request wants the file. */
const startOf = ({ headers }: IncomingMessage) =>
  Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);

const refuse =
  (status: number): Answer =>
  (_request, response) => {
    response.writeHead(status);
    response.end();
  };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "striate-download-"));
  requests = [];
  stop = () => undefined;
});
afterEach(async () => {
  stop();
  await rm(folder, { recursive: true });
});

const fetchIt = (url: string, more: Partial<DownloadOptions> = {}) =>
  download({ url, target: join(folder, "pets.zip"), retryDelay: 1, retries: 2, ...more });
/** Whether the file that was fetched is the one that the server holds. */
const isWhole = async () => (await readFile(join(folder, "pets.zip"))).equals(content);

describe("download", () => {
  it("fetches a file once, and keeps its length and checksum", async () => {
    const url = await serve(send(content));
    const seen: DownloadProgress[] = [];
    await fetchIt(url, {
      bytes: content.length,
      sha256,
      onProgress: (progress) => seen.push(progress),
    });
    expect(await isWhole()).toBe(true);
    expect(JSON.parse(await readFile(join(folder, "pets.zip.json"), "utf8"))).toEqual({
      url,
      bytes: content.length,
      sha256,
    });
    expect(seen.at(-1)).toEqual({ received: 300_000, total: 300_000, phase: "verify" });
    expect(seen.find(({ phase }) => phase === "download")?.total).toBe(300_000);
    await fetchIt(url);
    expect(requests).toHaveLength(1);
    expect((await readdir(folder)).sort()).toEqual(["pets.zip", "pets.zip.json"]);
  });

  it("takes a cut connection up again where it broke", async () => {
    const url = await serve(
      send(content, { limit: 100_000 }),
      send(content, { limit: 50_000 }),
      send(content),
    );
    await fetchIt(url, { bytes: content.length, sha256 });
    expect(await isWhole()).toBe(true);
    // How much of a cut answer arrives is up to the system; that the rest is asked for is not.
    const starts = requests.map(startOf);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect([starts.length, starts[0]]).toEqual([3, 0]);
    expect(starts[1]).toBeGreaterThan(0);
  });

  it("says how far it came when the server stays cut, and goes on in the next run", async () => {
    const url = await serve(send(content, { limit: 100_000 }), send(content, { limit: 0 }));
    await expect(fetchIt(url)).rejects.toThrow(
      /broke off \(.+\) with \d+ kB received; run the command again/,
    );
    expect(await readdir(folder)).not.toContain("pets.zip");
    stop();
    requests = [];
    // The same address again: the port is part of it.
    const again = createServer((request, response) => {
      requests.push(request);
      send(content)(request, response);
    });
    await new Promise<void>((resolve) =>
      again.listen(Number(new URL(url).port), "127.0.0.1", resolve),
    );
    stop = () => {
      again.closeAllConnections();
      again.close();
    };
    await fetchIt(url, { sha256 });
    expect(startOf(requests[0]!)).toBeGreaterThan(0);
    expect(requests[0]!.headers["if-range"]).toBe('"v1"');
    expect(await isWhole()).toBe(true);
  });

  it("begins again when the file behind the address has changed, or ranges are not served", async () => {
    const other = randomBytes(200_000);
    const url = await serve(send(other, { limit: 90_000, etag: '"v0"' }), send(content));
    await fetchIt(url, { sha256 });
    expect(await isWhole()).toBe(true);
    stop();
    requests = [];
    await rm(join(folder, "pets.zip"));
    const plain = await serve(send(content, { limit: 90_000 }), send(content, { ranges: false }));
    await fetchIt(plain, { sha256 });
    expect(await isWhole()).toBe(true);
  });

  it("tries again after a passing refusal, and not after a lasting one", async () => {
    await fetchIt(await serve(refuse(503), send(content)));
    expect(await isWhole()).toBe(true);
    stop();
    requests = [];
    await rm(join(folder, "pets.zip"));
    await expect(fetchIt(await serve(refuse(404)))).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:\d+\/pets\.zip: the server answered 404 Not Found; the file may have moved/,
    );
    expect(requests).toHaveLength(1);
  });

  it("throws wrong bytes away", async () => {
    const url = await serve(send(randomBytes(content.length)));
    await expect(fetchIt(url, { bytes: content.length, sha256 })).rejects.toThrow(
      "the bytes are not those expected",
    );
    expect(await readdir(folder)).toEqual([]);
    await expect(fetchIt(url, { bytes: 123 })).rejects.toThrow(
      "the server offers 300000 bytes, expected 123",
    );
  });

  it("does not take a web page for the file", async () => {
    const url = await serve((_request, response) => response.end("<html>sign in</html>"));
    await expect(fetchIt(url, { bytes: content.length, sha256 })).rejects.toThrow(
      /sent 20 bytes, expected 300000|offers 20 bytes/,
    );
    expect(await readdir(folder)).not.toContain("pets.zip");
  });

  it("gives a silent server up", async () => {
    const url = await serve(() => undefined);
    await expect(fetchIt(url, { retries: 0, idleTimeout: 50 })).rejects.toThrow("no answer");
  });

  it("says that there is no server, and what is no address", async () => {
    const url = await serve(send(content));
    stop();
    await expect(fetchIt(url)).rejects.toThrow("the server refuses connections");
    await expect(fetchIt("pets.zip")).rejects.toThrow("pets.zip: is no http or https address");
  });

  it("takes no other part for the one it asked for, and no answer without an end", async () => {
    const wrong: Answer = (_, response) => {
      const range = { "content-range": "bytes 0-99/*", "content-length": 100 };
      response.writeHead(206, range).end(content.subarray(0, 100));
    };
    const url = await serve(send(content, { limit: 1000 }), wrong, send(content));
    await fetchIt(url);
    expect(await isWhole()).toBe(true);
    stop();
    await rm(folder, { recursive: true });
    const endless = await serve((request) => {
      request.socket.end(
        Buffer.concat([Buffer.from("HTTP/1.0 200 OK\r\n\r\n"), content.subarray(0, 99)]),
      );
    });
    await expect(download({ url: endless, target: join(folder, "pets.zip") })).rejects.toThrow(
      "the server does not say where the file ends",
    );
    expect(await readdir(folder)).not.toContain("pets.zip");
  });

  it("lets one process download at a time, and takes over from a dead one", async () => {
    const url = await serve(send(content));
    const path = join(folder, "pets.zip.lock");
    await writeFile(path, JSON.stringify(ownMark()));
    await expect(fetchIt(url)).rejects.toThrow(`process ${process.pid} is downloading it already`);
    await writeFile(path, JSON.stringify({ ...ownMark(), start: "1" }));
    await fetchIt(url);
    expect(await isWhole()).toBe(true);
  });
});

describe("cats_vs_dogs", () => {
  it("is Microsoft's archive", () => {
    expect(catsVsDogs.url).toMatch(
      /^https:\/\/download\.microsoft\.com\/.+\/kagglecatsanddogs_5340\.zip$/,
    );
    expect([catsVsDogs.bytes, catsVsDogs.sha256.length]).toEqual([824_887_076, 64]);
  });

  it("is downloaded from the address given, once, and opened as a zip", async () => {
    const zip = await readFile(new URL("../../../fixtures/data/pets.zip", import.meta.url));
    const url = await serve(send(zip, { limit: 400 }), send(zip));
    const phases = new Set<string>();
    const open = () =>
      openDataset("cats_vs_dogs", {
        url,
        cacheFolder: folder,
        size: [5, 7],
        onProgress: ({ phase }) => phases.add(phase),
      });
    const set = await open();
    expect(set.name).toBe("cats_vs_dogs");
    expect(set.classNames).toEqual(["Cat", "Dog"]);
    expect([...phases]).toEqual(["download", "verify", "list"]);
    const before = requests.length;
    process.env["STRIATE_CATS_VS_DOGS_URL"] = url;
    try {
      await (await openDataset("cats_vs_dogs", { cacheFolder: folder })).close();
    } finally {
      delete process.env["STRIATE_CATS_VS_DOGS_URL"];
    }
    expect(requests).toHaveLength(before);
    await set.close();
  });
});
