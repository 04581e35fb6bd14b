import { readFile } from "node:fs/promises";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { describeShared, shared } from "../../../test/shared.ts";
import { fetchModel } from "./fetch-model.ts";
import { openModel } from "../../api/open-model.ts";

let server: Server;
let at: string;
const asked: string[] = [];
const packaged = fileURLToPath(new URL("../../../models/cat_vs_dog.h5", import.meta.url));

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const path = (request.url ?? "").split("?")[0]!;
    const file = path.startsWith("/tfjs/")
      ? shared(`cases/31_tfjs_from_keras3/functional/${path.slice("/tfjs/".length)}`)
      : packaged;
    if (path.startsWith("/missing")) {
      response.writeHead(404).end();
      return;
    }
    readFile(file).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

describe("a model at a web address", () => {
  it("opens like a file", async () => {
    const { network } = await openModel(`${at}/cat_vs_dog.h5`);
    expect(network.layers.filter(({ kind }) => kind === "convolution")).toHaveLength(4);
    expect(network.origin.file).toBe(`${at}/cat_vs_dog.h5`);
  });

  it("that is not there gets one sentence with the address", async () => {
    await expect(openModel(`${at}/missing.h5`)).rejects.toThrow(
      `${at}/missing.h5: the server answers 404`,
    );
    await expect(openModel("http://127.0.0.1:1/a.h5")).rejects.toThrow(
      "http://127.0.0.1:1/a.h5: cannot be fetched",
    );
  });

  it("fetches nothing from outside of its folder", async () => {
    const source = await fetchModel(`${at}/models/a.h5`);
    for (const path of ["../secret", "/secret", "http://127.0.0.1:1/secret", "//127.0.0.1:1/x"])
      expect(() => source.sibling(path), path).toThrow("leads out of the model's folder");
    expect(asked.filter((path) => path.includes("secret"))).toEqual([]);
  });
});

/** A server of its own, with one answer to everything. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { at: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

describe("a server that is slow, silent or leads elsewhere", () => {
  it("may take as long as it likes, as long as it goes on", async () => {
    const { at, close } = await serve((_, response) => {
      let sent = 0;
      const timer = setInterval(() => {
        response.write("0123456789");
        if (++sent < 10) return;
        response.end();
        clearInterval(timer);
      }, 40);
    });
    const { bytes } = await fetchModel(`${at}/m.h5`, { silence: 200 });
    expect(bytes.length).toBe(100);
    close();
  });

  it("is given up when it says nothing any more", async () => {
    const { at, close } = await serve((_, response) => void response.write("0123456789"));
    await expect(fetchModel(`${at}/m.h5`, { silence: 100 })).rejects.toThrow(
      `${at}/m.h5: cannot be fetched: the server gives no answer any more`,
    );
    close();
  });

  it("leads weights to no other server, and the model only on", async () => {
    const inside: string[] = [];
    const other = await serve((request, response) => {
      inside.push(request.url ?? "");
      response.end("0123456789");
    });
    const { at, close } = await serve((request, response) => {
      const to = request.url?.startsWith("/m/w.bin") ? other.at : "/m/moved.h5";
      if (request.url?.startsWith("/m/moved.h5")) response.end("model");
      else response.writeHead(302, { location: `${to}`, connection: "close" }).end();
    });
    const source = await fetchModel(`${at}/m/model.json?token=SECRET`);
    expect(source.name).toBe(`${at}/m/model.json?…`);
    await expect(source.sibling("w.bin")).rejects.toThrow(
      `${at}/m/w.bin?…: leads to another server (${other.at}) and is not fetched`,
    );
    expect(inside).toEqual([]);
    close();
    other.close();
  });

  it("leads nobody from outside into a private network, and no password to another server", async () => {
    const asked: { address: string; authorization: string | null }[] = [];
    const steps: Record<string, string> = {
      "http://93.184.216.34/inside.h5": "http://169.254.169.254/latest/meta-data",
      "http://93.184.216.34/here.h5": "http://localhost:1/m.h5",
      "http://93.184.216.34/on.h5": "http://93.184.216.35/m.h5",
      "https://93.184.216.34/down.h5": "http://93.184.216.34/m.h5",
    };
    vi.stubGlobal("fetch", (url: URL, { headers }: RequestInit) => {
      asked.push({ address: url.href, authorization: new Headers(headers).get("authorization") });
      const location = steps[url.href.replace(/\?.*/, "")];
      return Promise.resolve(
        location
          ? new Response(null, { status: 302, headers: { location } })
          : new Response("model"),
      );
    });
    try {
      for (const name of ["inside", "here"])
        await expect(fetchModel(`http://93.184.216.34/${name}.h5`)).rejects.toThrow(
          "leads into a private network",
        );
      await expect(fetchModel("https://93.184.216.34/down.h5")).rejects.toThrow(
        "where everybody on the way can read",
      );
      await fetchModel("http://me:SECRET@93.184.216.34/on.h5?token=SECRET");
    } finally {
      vi.unstubAllGlobals();
    }
    expect(asked.map(({ address }) => address)).toEqual([
      ...["http://93.184.216.34/inside.h5", "http://93.184.216.34/here.h5"],
      ...["https://93.184.216.34/down.h5", "http://93.184.216.34/on.h5?token=SECRET"],
      "http://93.184.216.35/m.h5",
    ]);
    expect(asked.at(-1)!.authorization).toBeNull();
    expect(asked.at(-2)!.authorization).not.toBeNull();
  });

  it("gets a name and a password as HTTP has them, and nobody reads them", async () => {
    let got: string | undefined;
    const { at, close } = await serve((request, response) => {
      got = request.headers.authorization;
      response.writeHead(403).end();
    });
    const address = `${at.replace("//", "//me:SECRET@")}/m.h5`;
    const error = await fetchModel(address).catch((reason: Error) => reason.message);
    expect(error).toMatch(/^http:\/\/…@127.*\/m\.h5: the server answers 403 Forbidden$/);
    expect(Buffer.from(got!.slice("Basic ".length), "base64").toString()).toBe("me:SECRET");
    await expect(fetchModel("http://[")).rejects.toThrow("http://[: is no http or https address");
    close();
  });
});

describeShared("cases/31_tfjs_from_keras3", "a TF.js folder at a web address", () => {
  it("is read with its shards, with the query of the address", async () => {
    const { network } = await openModel(`${at}/tfjs/?token=1`);
    expect(network.layers.filter(({ kind }) => kind === "convolution")).toHaveLength(2);
    expect(asked).toContain("/tfjs/group1-shard1of1.bin?token=1");
  });
});
