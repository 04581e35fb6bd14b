import { describe, expect, it } from "vitest";
import { countedBytes } from "../../test/counted-bytes.ts";
import { readZip, writeZip } from "./zip.ts";
import { isZip } from "./zip-start.ts";

const text = new TextEncoder();
const pack = () =>
  writeZip([
    ["config.json", text.encode('{"a": 1}')],
    ["deep/bytes", new Uint8Array(5000).fill(7)],
  ]);

describe("a zip archive", () => {
  it("gives back what was put in, the same bytes each time", async () => {
    const bytes = pack();
    expect(isZip(bytes)).toBe(true);
    expect(pack()).toEqual(bytes);
    const members = await readZip(bytes, "x.zip");
    expect([...members.keys()]).toEqual(["config.json", "deep/bytes"]);
    expect(await members.get("deep/bytes")!.read()).toEqual(new Uint8Array(5000).fill(7));
  });

  it("says that a file in it is damaged", async () => {
    const bytes = pack();
    bytes[bytes.indexOf(7)]! = 8;
    const member = (await readZip(bytes, "x.zip")).get("deep/bytes")!;
    const damaged = /x\.zip: "deep\/bytes" is damaged/;
    await expect(member.read()).rejects.toThrow(damaged);
    await expect(member.open()).rejects.toThrow(damaged);
  });

  it("leaves a file that it holds as it is where it lies", async () => {
    const source = countedBytes(pack());
    const opened = await (await readZip(source, "x.zip")).get("deep/bytes")!.open();
    expect(opened.length).toBe(5000);
    source.reads.length = 0;
    expect(opened.subarray(10, 14)).toEqual(Uint8Array.of(7, 7, 7, 7));
    expect(opened.subarray(4990)).toEqual(new Uint8Array(10).fill(7));
    expect(opened.subarray(4990, 9000)).toHaveLength(10);
    expect(source.reads.map(({ begin, end }) => end - begin)).toEqual([4, 10, 10]);
  });

  it("is refused when it is cut off", async () => {
    const bytes = pack();
    const cut = bytes.subarray(0, bytes.length - 30);
    await expect(readZip(cut, "x.zip")).rejects.toThrow(/x\.zip: the zip is cut off or damaged/);
  });

  it("makes no more of a file than its bytes can hold", async () => {
    const bytes = pack();
    // In the directory at the end: the size that "config.json" is said to have when unpacked.
    const directory = Buffer.from(bytes).indexOf("PK\x01\x02", 0, "latin1");
    new DataView(bytes.buffer).setUint32(directory + 24, 0x7fffffff, true);
    const members = await readZip(bytes, "x.zip");
    await expect(members.get("config.json")!.read()).rejects.toThrow(
      /"config.json": claims to be 2147483647 bytes large/,
    );
  });
});
