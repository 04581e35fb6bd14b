import { readFile } from "node:fs/promises";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeShared, shared } from "../../../test/shared.ts";
import { fetchModel } from "./fetch-model.ts";
import { openModel } from "./open-model.ts";

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

describeShared("cases/31_tfjs_from_keras3", "a TF.js folder at a web address", () => {
  it("is read with its shards, with the query of the address", async () => {
    const { network } = await openModel(`${at}/tfjs/?token=1`);
    expect(network.layers.filter(({ kind }) => kind === "convolution")).toHaveLength(2);
    expect(asked).toContain("/tfjs/group1-shard1of1.bin?token=1");
  });
});
