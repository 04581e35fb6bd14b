import { describe, expect, it } from "vitest";
import { StriateError } from "../src/base/errors.ts";
import { Random } from "../src/base/random.ts";
import { readModel } from "../src/formats/read-model.ts";
import { readZip } from "../src/formats/zip.ts";
import {
  HostileHdf5,
  chunkNode,
  chunked,
  contiguous,
  continuation,
  int,
  link,
  message,
  text,
} from "./hostile/hdf5.ts";
import { overlappingZip } from "./hostile/zip.ts";

// Small files that are sound in every part and hostile as a whole: what they refer to again and again
// is counted together. Each ends in a sentence that names the file.

const sentence = async (
  bytes: Uint8Array,
  beside: Readonly<Record<string, Uint8Array>> = {},
): Promise<string> => {
  const sibling = (path: string) => {
    const found = beside[path.replace(/^(\.\/)+/, "")];
    return found ? Promise.resolve(found.slice()) : Promise.reject(new StriateError(`no ${path}`));
  };
  try {
    await readModel({ name: "some.file", bytes, sibling });
    return "opened";
  } catch (error) {
    expect(error).toBeInstanceOf(StriateError);
    expect((error as Error).message).toContain("some.file");
    return (error as Error).message;
  }
};
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const endless = /refer to one another so often/;

describe("an HDF5 file", () => {
  it("whose header goes on in itself", async () => {
    const file = new HostileHdf5();
    const at = file.end;
    file.add([...text("OCHK"), ...continuation(at, 8 + 20), ...int(0)]);
    const root = file.header([continuation(at, 8 + 20)]);
    expect(await sentence(file.finish(root))).toMatch(endless);
  });

  it("whose groups are each named twice, 40 levels deep", async () => {
    const file = new HostileHdf5();
    let group = file.group([]);
    for (let level = 0; level < 40; level++)
      group = file.group([
        ["a", group],
        ["b", group],
      ]);
    expect(await sentence(file.finish(file.group([["layers", group]])))).toMatch(endless);
  });

  it("whose groups lie 1,000 deep", async () => {
    const file = new HostileHdf5();
    let group = file.group([]);
    for (let level = 0; level < 1000; level++) group = file.group([["a", group]]);
    expect(await sentence(file.finish(file.group([["layers", group]])))).toMatch(/deep/);
  });

  it("whose chunks stand in a tree of coinciding children", async () => {
    const file = new HostileHdf5();
    const chunk = file.add(new Array<number>(4).fill(0));
    let node = file.add(chunkNode(0, 60, chunk, 1));
    for (let level = 1; level < 12; level++) node = file.add(chunkNode(level, 60, node, 1));
    const data = file.dataset([1], chunked(node, [1]));
    const layers = file.group([["vars", file.group([["0", data]])]]);
    expect(
      await sentence(file.finish(file.group([["layers", file.group([["d", layers]])]]))),
    ).toMatch(endless);
  });

  it("whose one dataset has 2,000 names", async () => {
    const file = new HostileHdf5();
    const data = file.dataset([250_000], contiguous(0, 1_000_000));
    const names = Array.from({ length: 2000 }, (_, i) => link(`d${i}`, data));
    const vars = file.header(names);
    const layers = file.group([["d", file.group([["vars", vars]])]]);
    const root = file.group([["layers", layers]]);
    file.add(new Array<number>(1_000_000).fill(0));
    expect(await sentence(file.finish(root))).toMatch(endless);
  });

  it.each([2 ** 31 - 1, 2 ** 40, 2n ** 53n, 2n ** 63n, -1])(
    "with a dataset of %d elements that are not there",
    async (length) => {
      const file = new HostileHdf5();
      const data = file.dataset([length], contiguous(64, 64));
      const layers = file.group([["d", file.group([["vars", file.group([["0", data]])]])]]);
      const words = await sentence(file.finish(file.group([["layers", layers]])));
      expect(words).toMatch(/memory|outside|no whole|damaged/);
    },
  );

  it("whose attribute is said to be larger than it is", async () => {
    const file = new HostileHdf5();
    const space = [2, 1, 0, 1, ...new Array<number>(7).fill(0xff), 0];
    const value = [3, 0, ...[2, 12, space.length].flatMap((n) => [n, 0]), 0, ...text("a\0")];
    const type = [0x13, 0, 0, 0, ...int(1)];
    value.push(...type, 0, 0, 0, 0, ...space);
    const root = file.header([message(0x0c, value)]);
    expect(await sentence(file.finish(root))).not.toBe("opened");
  });
});

describe("a zip", () => {
  it("whose files are one and the same", async () => {
    const zip = overlappingZip(
      new Uint8Array(200_000),
      Array.from({ length: 300 }, (_, i) => `a${i}.npy`),
    );
    await expect(readZip(zip, "hostile")).rejects.toThrow(/hostile: .*overlap one another/);
  });

  it("with a description that is 140 MB of nothing", async () => {
    const random = new Random(1);
    const noise = Uint8Array.from({ length: 150_000 }, () => random.integer(256));
    const zip = overlappingZip(noise, ["config.json"], 140 << 20);
    expect(await sentence(zip)).toMatch(/"config.json" needs 147 MB of memory/);
  });
});

describe("a TF.js model", () => {
  const model = (more: object) =>
    json({ format: "graph-model", modelTopology: { node: [] }, weightsManifest: [], ...more });

  it("that names one file of weights 2,000 times, in many spellings", async () => {
    const paths = Array.from({ length: 2000 }, (_, i) => `${"./".repeat(i % 7)}w.bin`);
    const bytes = model({ weightsManifest: [{ paths, weights: [] }] });
    expect(await sentence(bytes, { "w.bin": new Uint8Array(1 << 20) })).toMatch(
      /the list of weight files needs 2.1 GB of memory/,
    );
  });

  it("with large constants that have no data", async () => {
    const dim = [{ size: "16777216" }];
    const value = { tensor: { dtype: "DT_FLOAT", tensorShape: { dim }, floatVal: [1] } };
    const node = Array.from({ length: 100 }, (_, i) => ({
      name: `c${i}`,
      op: "Const",
      attr: { value },
    }));
    expect(await sentence(model({ modelTopology: { node } }))).toMatch(/a constant of shape/);
  });

  it("that is nested 100,000 deep", async () => {
    const bytes = new TextEncoder().encode(`{"modelTopology": ${"[".repeat(100_000)}`);
    expect(await sentence(bytes)).toMatch(/nested more than 500 levels deep/);
  });

  it("that is mostly white space", async () => {
    const bytes = new TextEncoder().encode(`{"modelTopology": [${" ".repeat(400_000)}x`);
    expect(await sentence(bytes)).toMatch(/is no JSON/);
  });

  it.each([
    ["Range", [0, 2e9, 1]],
    ["Fill", [2e9]],
  ])("whose %s makes a shape of 2,000,000,000 axes", async (op, numbers) => {
    const constant = (name: string, values: number[], dim: object[] = []) => ({
      name,
      op: "Const",
      attr: {
        dtype: { type: "DT_INT32" },
        value: { tensor: { dtype: "DT_INT32", tensorShape: { dim }, intVal: values } },
      },
    });
    const inputs =
      op === "Range"
        ? numbers.map((n, i) => constant(`c${i}`, [n]))
        : [constant("c0", [2e9], [{ size: "1" }]), constant("c1", [1])];
    const shape = { dim: [1, 8, 8, 3].map((size) => ({ size: String(size) })) };
    const node = [
      { name: "x", op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" }, shape: { shape } } },
      ...inputs,
      { name: "r", op, input: inputs.map(({ name }) => name) },
      { name: "y", op: "Reshape", input: ["x", "r"] },
    ];
    expect(await sentence(model({ modelTopology: { node } }))).toMatch(/2000000000 axes/);
  });

  it("that turns its axes by an order of another rank", async () => {
    const numbers = [0, 3, 1, 2];
    const value = {
      tensor: { dtype: "DT_INT32", tensorShape: { dim: [{ size: "4" }] }, intVal: numbers },
    };
    const shape = { dim: [1, 8, 8, 3, 2].map((size) => ({ size: String(size) })) };
    const node = [
      { name: "x", op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" }, shape: { shape } } },
      { name: "p", op: "Const", attr: { dtype: { type: "DT_INT32" }, value } },
      { name: "y", op: "Transpose", input: ["x", "p"] },
    ];
    expect(await sentence(model({ modelTopology: { node } }))).toMatch(
      /Transpose "y": expected an order of 5 axes, each once, got \(0, 3, 1, 2\)/,
    );
  });
});
