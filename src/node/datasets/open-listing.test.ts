import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDataset } from "../../api/open-dataset.ts";
import { openFiles } from "./open-files.ts";

const jpeg = readFileSync(fileURLToPath(new URL("../../../dist/demo/dog.jpg", import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "striate-listing-"));
const asked = new Map<string, number>();
let server: Server;
let base: string;
beforeAll(async () => {
  server = createServer(({ url }, answer) => {
    const times = (asked.get(url!) ?? 0) + 1;
    asked.set(url!, times);
    if (url!.includes("busy") && times < 3) answer.writeHead(503).end();
    else if (url!.includes("gone")) answer.writeHead(404).end();
    else if (url!.includes("down")) answer.writeHead(500).end();
    else if (url!.includes("cut") && times < 2) {
      answer.writeHead(200, { "content-length": jpeg.length });
      answer.write(jpeg.subarray(0, 1000), () => answer.destroy());
    } else answer.end(jpeg);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

function listing(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join("\n"));
  return path;
}

describe("a list of addresses", () => {
  it("is a data set: classes by folders or by words, asked again where a server is busy", async () => {
    const path = listing("photos.txt", [
      "# cats and dogs",
      `${base}/cat/1.jpg`,
      `${base}/cat/busy.jpg`,
      "",
      `dog\t${base}/x/cut.jpg?size=large`,
      `dog\t${base}/y/cut.jpg`,
      `dog\t${base}/gone.jpg`,
    ]);
    const set = await openDataset(path, { size: [8, 8], seed: null });
    expect(asked.size).toBe(0);
    expect(set.classNames).toEqual(["cat", "dog"]);
    const read: string[] = [];
    for await (const { id, x } of set.split().epoch(0)) {
      expect(x.some((value) => value > 0)).toBe(true);
      read.push(id);
    }
    expect(read).toEqual(["cat/1.jpg", "cat/busy.jpg", "dog/2-cut.jpg", "dog/cut.jpg"]);
    expect(asked.get("/cat/busy.jpg")).toBe(3);
    expect(asked.get("/gone.jpg")).toBe(1);
    expect(set.skipped).toEqual([
      { path: "dog/gone.jpg", reason: `${base}/gone.jpg: the server answers 404` },
    ]);
    // Another address is another photo, whatever its name.
    const prints = [0, 1, 2, 3].map((i) => set.listed(i).print);
    expect(new Set(prints).size).toBe(4);
    await set.close();
  });

  it("gives up in the end, and says how often it asked", async () => {
    const files = await openFiles(listing("down.txt", [`${base}/dog/down.jpg`]));
    await expect(files.read(0)).rejects.toThrow("/dog/down.jpg: the server answers 500, 4 times");
  });

  it("names the line that is no address, or has no class", async () => {
    const wrong = listing("wrong.txt", [`${base}/cat/1.jpg`, "cat/2.jpg"]);
    await expect(openFiles(wrong)).rejects.toThrow("wrong.txt: line 2 is no address of a photo");
    const bare = listing("bare.txt", [`${base}/1.jpg`]);
    await expect(openFiles(bare)).rejects.toThrow("bare.txt: line 1 has no class");
  });
});
