import { request } from "node:http";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstLookFile, unpackFirstLook } from "../../../app/engine/first-look.ts";
import { pack, unpack } from "../../../app/engine/pack.ts";
import type { Answer } from "../../../app/engine/protocol.ts";
import { holdsResults } from "./named-run.ts";
import { type ServedPage, servePage } from "./serve-page.ts";

const folder = mkdtempSync(join(tmpdir(), "striate-named-"));
mkdirSync(join(folder, "named"));
writeFileSync(join(folder, "named/model.onnx"), "inside");
writeFileSync(join(folder, "secret.txt"), "outside");

let page: ServedPage;
let cookie: string;
let own: string;

beforeAll(async () => {
  page = await servePage({ model: join(folder, "named"), port: 0, mostUpload: 1000 });
  own = new URL(page.address).host;
  const first = await ask("GET", page.address.replace(/^http:\/\/[^/]+/, ""));
  expect(first.status).toBe(302);
  cookie = String(first.headers["set-cookie"]).replace(/;.*/, "");
});
afterAll(() => page.close());

interface Reply {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: Buffer;
}

/** A request with any headers, as another program can send it. */
function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: Uint8Array,
): Promise<Reply> {
  const { hostname, port } = new URL(page.address);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(parts),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const call = (method: string, args: unknown[] = []) => pack({ method, args });
const lastAnswer = (body: Uint8Array): Answer => {
  let at = 0;
  let last: Answer | undefined;
  while (at < body.length) {
    const length = new DataView(body.buffer, body.byteOffset + at).getUint32(0, true);
    last = unpack(body.subarray(at + 4, at + 4 + length)) as Answer;
    at += 4 + length;
  }
  return last!;
};

it("begins with no folder that has no network in it", async () => {
  const empty = join(folder, "empty");
  mkdirSync(empty);
  await expect(servePage({ model: empty, port: 0 })).rejects.toThrow("a folder without a model");
});

describe("the page's server", () => {
  it("gives out the page, isolated and with a strict policy", async () => {
    const { status, headers, body } = await ask("GET", "/");
    expect(status).toBe(200);
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(headers["cross-origin-embedder-policy"]).toBe("require-corp");
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).not.toContain("unsafe-inline");
    expect(body.toString()).toContain("striate-server");
  });

  it("computes for who has the key", async () => {
    const { status, body } = await ask("POST", "/api/call", { cookie }, call("colormaps"));
    expect(status).toBe(200);
    const answer = lastAnswer(body) as { value: { name: string; colors: Uint8Array }[] };
    expect(answer.value[0]!.name).toBe("viridis");
    expect(answer.value[0]!.colors).toHaveLength(768);
  });

  it("has the packaged network's first look ready, for who has the key", async () => {
    const path = `/api/${firstLookFile}`;
    expect((await ask("GET", path)).status).toBe(403);
    const { status, body } = await ask("GET", path, { cookie });
    expect(status).toBe(200);
    const { model, photo, seen } = unpackFirstLook(inflateSync(body));
    expect([model.file, photo.name]).toEqual(["cat_vs_dog.h5", "dog.jpg"]);
    expect(seen.maps.map(({ address }) => address)).toEqual(model.shown);
    expect(seen.prediction?.scores[0]?.label).toBe("Dog");
  });

  it("says in a sentence what it cannot do", async () => {
    const answers = await Promise.all(
      [call("nonsense"), call("constructor"), new Uint8Array(3)].map((body) =>
        ask("POST", "/api/call", { cookie }, body),
      ),
    );
    for (const { body } of answers)
      expect(lastAnswer(body)).toMatchObject({ kind: "error", isKnown: true });
  });

  it("neither computes, nor takes or gives a file, without the key", async () => {
    const keys: Record<string, string>[] = [{}, { cookie: "striate=wrong" }];
    for (const given of keys) {
      expect((await ask("POST", "/api/call", given, call("views"))).status).toBe(403);
      expect((await ask("POST", "/api/upload", given, call("views"))).status).toBe(403);
      expect((await ask("GET", "/api/named/model/0", given)).status).toBe(403);
      expect((await ask("GET", "/api/start", given)).status).toBe(403);
    }
    expect((await ask("GET", "/?token=wrong")).status).toBe(403);
  });

  it("has no business with another origin, whatever it brings", async () => {
    for (const origin of ["http://evil.example", "null", "http://127.0.0.1:1"]) {
      const reply = await ask("POST", "/api/call", { cookie, origin }, call("views"));
      expect(reply.status).toBe(403);
      expect(reply.headers["access-control-allow-origin"]).toBeUndefined();
    }
    const site = { cookie, "sec-fetch-site": "cross-site" };
    expect((await ask("GET", "/api/start", site)).status).toBe(403);
    expect((await ask("GET", "/assets/none.js", site)).status).toBe(403);
  });

  it("answers to its own names alone, so that no DNS leads here from elsewhere", async () => {
    expect((await ask("GET", "/", { host: "evil.example" })).status).toBe(421);
    expect((await ask("GET", "/", { host: own.replace("127.0.0.1", "localhost") })).status).toBe(
      200,
    );
  });

  it("gives out what was named and the page, and no path outside", async () => {
    const named = await ask("GET", "/api/named/model/0", { cookie });
    expect(named.body.toString()).toBe("inside");
    const paths = [
      "/api/named/model/1",
      "/api/named/model/-1",
      "/api/named/model/..%2F..%2Fsecret.txt",
      "/api/named/constructor/0",
      "/../secret.txt",
      "/..%2Fsecret.txt",
      "/%E0%A4%A",
      "/%2525zz%",
      "/assets/..%2F..%2Fpackage.json",
      "/%2Fetc%2Fpasswd",
    ];
    for (const path of paths) {
      const { status, body } = await ask("GET", path, { cookie });
      expect([path, status]).toEqual([path, 404]);
      expect(body.toString()).not.toContain("outside");
    }
  });

  it("takes files up to a bound, and says so beyond it", async () => {
    const taken = await ask("POST", "/api/upload", { cookie }, new Uint8Array(900));
    expect(taken.status).toBe(200);
    const refused = await ask("POST", "/api/upload", { cookie }, new Uint8Array(1100));
    expect(refused.status).toBe(413);
    expect(refused.body.toString()).toContain("larger than");
  });
});

describe("the results of a run", () => {
  const run = join(folder, "cats");
  const photos = join(folder, "photos");
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  write(join(run, "census.json"), "{}");
  write(join(run, "units.parquet"), "units");
  write(join(run, "notes.txt"), "of nobody's business");
  write(join(run, "run", "shards", "000000.part"), "a shard");
  write(join(photos, "cat", "1.jpg"), "a cat");
  write(join(photos, "dog", "2.html"), "<script>1</script>");
  const manifest = {
    ...{ striate: "1", engine: "e", view: "census", asks: {}, photos: 1, listing: "" },
    ...{ shard: 1, seed: 0, memory: 1, model: { path: "m", sha256: "0" } },
    data: { source: photos, split: null, limit: null, scale: null, size: null, jfif_only: false },
  };
  write(join(run, "run", "manifest.json"), JSON.stringify(manifest));

  it("are given out with the photos that they are of, and nothing beside them", async () => {
    expect([holdsResults(run), holdsResults(folder), holdsResults(photos)]).toEqual([
      true,
      true,
      false,
    ]);
    const served = await servePage({ results: run, port: 0 });
    try {
      const { origin, search, host } = new URL(served.address);
      const first = await fetch(`${origin}/${search}`, { redirect: "manual" });
      const key = first.headers.get("set-cookie")!.replace(/;.*/, "");
      const get = (path: string, headers: Record<string, string> = { cookie: key }) =>
        fetch(`http://${host}${path}`, { headers });
      const { results } = (await (await get("/api/start")).json()) as {
        results: { name: string; photos: number; files: { path: string }[] };
      };
      expect(results.files.map(({ path }) => path).sort()).toEqual([
        "cats/census.json",
        "cats/units.parquet",
      ]);
      expect([results.name, results.photos]).toEqual(["cats", 2]);
      const cat = await get("/api/photo?path=cat%2F1.jpg");
      expect([cat.status, cat.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
      expect(await cat.text()).toBe("a cat");
      // What is no picture is not run.
      const page = await get("/api/photo?path=dog%2F2.html");
      expect(page.headers.get("content-type")).toBe("application/octet-stream");
      for (const path of ["../secret.txt", "cats/notes.txt", "/etc/passwd", ""])
        expect((await get(`/api/photo?path=${encodeURIComponent(path)}`)).status).toBe(404);
      expect((await get("/api/photo?path=cat%2F1.jpg", {})).status).toBe(403);
    } finally {
      await served.close();
    }
  });

  it("stand without photos where these are not here", async () => {
    write(
      join(run, "run", "manifest.json"),
      JSON.stringify({ ...manifest, data: { ...manifest.data, source: join(folder, "gone") } }),
    );
    const served = await servePage({ results: run, port: 0 });
    expect(served.photos).toBe(0);
    await served.close();
  });
});
