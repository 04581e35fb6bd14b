import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { readNpz } from "../src/formats/npz.ts";
import { toNumbers } from "../src/base/tensor.ts";
import { emptyFolder, striate } from "./command-line.ts";
import { describeShared, shared } from "./shared.ts";

const model = shared("models/tutorial/cat_vs_dog.h5");
const photo = shared("images/pets/goldenretriever__dl4j.jpg");
const convs = ["conv2d", "conv2d_1", "conv2d_2", "conv2d_3"];
/** With the order in which the network has them. */
const sheets = ["01_conv2d.png", "02_conv2d_1.png", "03_conv2d_2.png", "04_conv2d_3.png"];

interface Report {
  preprocessing: { words: string };
  photos: {
    prediction: { scores: { label: string; score: number }[] };
    layers: {
      address: string;
      shape: number[];
      dead: number;
      statistics: object[];
      file: string;
    }[];
  }[];
}

describeShared("models/tutorial", "striate see on the tutorial's network", () => {
  const folder = emptyFolder();
  const result = striate(["see", photo, "--model", model, "--labels", "cat,dog"], folder);
  const out = join(folder, "striate-out");
  const report = JSON.parse(readFileSync(join(out, "see.json"), "utf8")) as Report;

  it("says in words what went in, what came out, and one line a layer", () => {
    expect(result.err).toBe("");
    expect(result.code).toBe(0);
    expect(result.out).toContain(
      "resized to 150 x 150 (bilinear); x / 255 (a guess: the file does not say; the other usual scalings " +
        "give the same class); EXIF orientation applied",
    );
    expect(result.out).toMatch(/: dog \d+\.\d %, cat \d+\.\d %/);
    for (const name of convs) expect(result.out).toMatch(new RegExp(`^${name} +Conv2D`, "m"));
    expect(result.out).toContain("(1, 148, 148, 32)");
    expect(result.out).not.toContain("\u001b");
  });

  it("writes one picture a layer and a report that describes them", () => {
    expect(readdirSync(out).sort()).toEqual([...sheets, "see.json"]);
    const [seen] = report.photos;
    expect(seen!.layers.map((layer) => layer.address)).toEqual(convs);
    expect(seen!.layers.map((layer) => layer.statistics.length)).toEqual([32, 64, 128, 128]);
    expect(seen!.prediction.scores[0]!.label).toBe("dog");
    expect(report.preprocessing.words).toContain("x / 255");
  });

  it("gives the same bytes for the same input", () => {
    const again = emptyFolder();
    striate(["see", photo, "--model", model, "--labels", "cat,dog"], again);
    for (const file of readdirSync(out).filter((name) => name.endsWith(".png")))
      expect(digest(join(again, "striate-out", file)), file).toBe(digest(join(out, file)));
  });

  it("draws chosen layers in every scale mode, and text that stays text in SVG", () => {
    for (const mode of ["map", "layer", "network", "photos"]) {
      const at = emptyFolder();
      const args = [
        "--layers",
        "conv2d_3,max_pooling2d_3",
        "--scale-mode",
        mode,
        "--format",
        "svg",
      ];
      const run = striate(["see", photo, photo, "--model", model, ...args], at);
      expect(run.err).toBe("");
      const files = readdirSync(join(at, "striate-out"), { recursive: true }).map(String);
      expect(files.filter((file) => file.endsWith(".svg"))).toHaveLength(4);
      const svg = files.find((file) => file.endsWith("conv2d_3.svg"))!;
      expect(readFileSync(join(at, "striate-out", svg), "utf8")).toMatch(
        /<text[^>]*>[^<]*conv2d_3/,
      );
    }
  });
});

describeShared("models/tutorial", "wrong usage of see", () => {
  it.each([
    [["see", photo], 2, "--model"],
    [["sea", photo], 2, "see"],
    [["see", photo, "--model", model, "--scale-mode", "all"], 2, "map, layer, network, photos"],
    [["see", photo, "--model", model, "--layers", "conv3d"], 1, "nearest: conv2d"],
    [["see", photo, "--model", model, "--layers", "max"], 1, "not unique"],
    [["see", photo, "--model", model, "--labels", "a,b,c"], 1, "2 classes"],
    [["see", photo, "--model", model, "--scale", "1/x"], 2, "1/255"],
    [["see", photo, "--model", model, "--device", "cuda"], 1, "cuda"],
    [["see", photo, "--model", "missing.h5"], 1, "missing.h5"],
    [["see", "missing.jpg", "--model", model], 1, "missing.jpg"],
    [["see", shared("models/tutorial"), "--model", model], 1, "without pictures"],
    [["see", photo, "--model", shared("images")], 1, "images"],
  ])("%j ends with %i and says %s", (args, code, words) => {
    const folder = emptyFolder();
    const run = striate(args, folder);
    expect(run.err).toContain(words);
    expect(run.code).toBe(code);
    expect(run.err.trim().split("\n")).toHaveLength(1);
    expect(run.err).not.toMatch(/\bat .*:\d+:\d+/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("a stack is shown only with --debug", () => {
    expect(striate(["see", "missing.jpg", "--model", model, "--debug"]).err).toMatch(/\n +at /);
  });
});

describeShared("models/tutorial", "striate see on many photos", () => {
  it("draws every chosen layer, those without maps as strips of units", () => {
    const folder = emptyFolder();
    const run = striate(
      ["see", photo, "--model", model, "--layers", "flatten,dense,dense_1"],
      folder,
    );
    expect(run.code).toBe(0);
    const out = join(folder, "striate-out");
    const pictures = ["01_flatten.png", "02_dense.png", "03_dense_1.png"];
    expect(readdirSync(out).sort()).toEqual([...pictures, "see.json"]);
    const report = JSON.parse(readFileSync(join(out, "see.json"), "utf8")) as Report;
    expect(report.photos[0]!.layers.map(({ file }) => file)).toEqual(pictures);
  });

  it("takes a folder; one bad photo is named, the rest go on, and the exit code is 3", () => {
    const folder = emptyFolder();
    const photos = join(folder, "photos");
    mkdirSync(photos);
    for (const name of ["a.jpg", "c.jpg"]) copyFileSync(photo, join(photos, name));
    writeFileSync(join(photos, "b.jpg"), "no photo");
    const run = striate(["see", "photos", "--model", model, "--layers", "conv2d"], folder);
    expect(run.code).toBe(3);
    expect(run.err).toMatch(
      /^striate: skipped photos.b\.jpg: .*\nstriate: 1 of 3 photos was skipped\n$/,
    );
    expect(run.out.match(/dog|class 1/g)).toHaveLength(2);
    expect(run.out.match(/^input: /gm)).toHaveLength(1);
    const out = join(folder, "striate-out");
    expect(readdirSync(out, { recursive: true }).map(String).sort()).toEqual(
      ["a", "a/01_conv2d.png", "c", "c/01_conv2d.png", "see.json"].map((name) => join(name)),
    );
    const report = JSON.parse(readFileSync(join(out, "see.json"), "utf8")) as Report;
    expect(report.photos.map(({ layers }) => layers[0]!.file)).toEqual([
      "a/01_conv2d.png",
      "c/01_conv2d.png",
    ]);
  });

  it("fills in a quoted glob, and a second run leaves nothing stale and nothing else gone", () => {
    const folder = emptyFolder();
    const out = join(folder, "striate-out");
    for (const name of ["a1.jpg", "a2.jpg", "b.jpg"]) copyFileSync(photo, join(folder, name));
    expect(striate(["see", "a*.jpg", "--model", model, "--layers", "conv2d*"], folder).code).toBe(
      0,
    );
    writeFileSync(join(out, "a1", "mine.png"), "not striate's");
    writeFileSync(join(out, "notes.txt"), "mine");
    expect(striate(["see", "b.jpg", "--model", model, "--layers", "conv2d"], folder).code).toBe(0);
    expect(readdirSync(out, { recursive: true }).map(String).sort()).toEqual(
      ["01_conv2d.png", "a1", "a1/mine.png", "notes.txt", "see.json"].map((name) => join(name)),
    );
    const none = striate(["see", "z*.jpg", "--model", model], folder);
    expect([none.code, none.err]).toEqual([1, "striate: z*.jpg: no file has a name like that\n"]);
  });

  it("a stranger's report takes nothing away outside of its folder, and no file that is no picture", () => {
    const folder = emptyFolder();
    const out = join(folder, "striate-out");
    mkdirSync(out);
    writeFileSync(join(folder, "outside.png"), "mine");
    writeFileSync(join(out, "letter.txt"), "mine");
    const files = ["../outside.png", join(folder, "outside.png"), "letter.txt", "."];
    const report = {
      striate: "0.1.0",
      photos: [{ layers: files.map((file) => ({ file })) }, null],
    };
    for (const photos of [report.photos, report.photos.slice(0, 1)]) {
      writeFileSync(join(out, "see.json"), JSON.stringify({ ...report, photos }));
      expect(striate(["see", photo, "--model", model, "--layers", "conv2d"], folder).code).toBe(0);
      expect(existsSync(join(folder, "outside.png"))).toBe(true);
      expect(readdirSync(out).sort()).toEqual(["01_conv2d.png", "letter.txt", "see.json"]);
    }
  });
});

describeShared("models/negative", "files that are no model or no picture", () => {
  const broken = readdirSync(shared("images/broken"));
  const negative = readdirSync(shared("models/negative"));

  it.each(negative)("models/negative/%s gets one sentence and leaves nothing behind", (file) => {
    const folder = emptyFolder();
    const run = striate(["see", photo, "--model", shared(`models/negative/${file}`)], folder);
    expectOneSentence(run, file, folder);
  });

  it.each(broken)("images/broken/%s gets one sentence, or is read for what it is", (file) => {
    const folder = emptyFolder();
    const run = striate(["see", shared(`images/broken/${file}`), "--model", model], folder);
    if (run.code === 0) expect(["jpeg_named_as.png", "png_named_as.jpg"]).toContain(file);
    else expectOneSentence(run, file, folder);
  });

  it("a PNG header of 97293039 x 104881 pixels is refused before memory is taken", () => {
    const folder = emptyFolder();
    const file = join(emptyFolder(), "huge.png");
    writeFileSync(file, pngOf(97293039, 104881));
    expectOneSentence(striate(["see", file, "--model", model], folder), "huge.png", folder);
  });

  it("a photo of one pixel has nothing to see in it", () => {
    const folder = emptyFolder();
    const file = join(emptyFolder(), "one.png");
    writeFileSync(file, pngOf(1, 1));
    expectOneSentence(striate(["see", file, "--model", model], folder), "one.png", folder);
  });

  it("a model with NaN weights says which weight, instead of drawing nothing", () => {
    const folder = emptyFolder();
    const file = join(emptyFolder(), "diverged.h5");
    writeFileSync(file, withNaN(readFileSync(model)));
    const run = striate(["see", photo, "--model", file], folder);
    expectOneSentence(run, "diverged.h5", folder);
    expect(run.err).toContain('weight "dense/kernel"');
    expect(run.err).toContain("NaN");
  });

  it("a folder where a picture should go is not destroyed", () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, "striate-out", "01_conv2d.png"), { recursive: true });
    const run = striate(["see", photo, "--model", model], folder);
    expect(run.code).toBe(1);
    expect(existsSync(join(folder, "striate-out", "see.json"))).toBe(false);
  });
});

describeShared("golden/tutorial_activations.npz", "striate activations", () => {
  it("gives every number of Keras for the tutorial's network within 1e-4", async () => {
    const folder = emptyFolder();
    const args = ["--resize", "nearest", "--no-orient", "--out", "acts.npz"];
    const run = striate(["activations", model, photo, ...args], folder);
    expect(run.err).toBe("");
    const ours = await readNpz(readFileSync(join(folder, "acts.npz")), "acts.npz");
    const golden = readFileSync(shared("golden/tutorial_activations.npz"));
    const theirs = await readNpz(golden, "tutorial_activations.npz");
    let compared = 0;
    for (const [name, want] of theirs) {
      const got = ours.get(name);
      if (got === undefined) continue;
      compared++;
      expect(got.shape, name).toEqual(want.shape);
      expect(largestError(toNumbers(got), toNumbers(want)), name).toBeLessThan(1e-4);
    }
    expect(compared).toBeGreaterThanOrEqual(8);
  });
});

describeShared("cases/06_rescaling_inside", "a model that scales by itself", () => {
  it.each(["rescaling.keras", "uint8_input.h5"])("%s gets raw 0..255", (file) => {
    const path = shared(`cases/06_rescaling_inside/${file}`);
    const run = striate(["see", photo, "--model", path], emptyFolder());
    expect(run.err).toBe("");
    expect(run.out).toContain("0..255, not scaled");
    const scaled = striate(["see", photo, "--model", path, "--scale", "1/255"], emptyFolder());
    expect(scaled.out).toContain("x / 255");
  });
});

describeShared("models/tutorial", "the example of the library", () => {
  it("prints the table and writes the four grids", () => {
    const folder = emptyFolder();
    const example = fileURLToPath(new URL("../examples/see.ts", import.meta.url));
    const args = ["--import", "tsx", example, model, photo, folder];
    const run = spawnSync(process.execPath, args, { encoding: "utf8", cwd: dirname(example) });
    expect(run.stderr).toBe("");
    expect(run.stdout).toContain("Total params: 3,453,121");
    expect(readdirSync(folder).sort()).toEqual(convs.map((name) => `${name}.png`));
    expect(readFileSync(example, "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(25);
  });
});

describeShared("models/tutorial", "striate inspect", () => {
  it("prints the table of model.summary() with Keras' totals", () => {
    const run = striate(["inspect", model]);
    expect(run.err).toBe("");
    expect(run.out).toContain("Total params: 3,453,121 (13.17 MB)");
    expect(run.out).toContain("(None, 148, 148, 32)");
  });

  it("gives the same as data, and the graph node by node", () => {
    const summary = JSON.parse(striate(["inspect", model, "--json"]).out) as {
      parameters: { total: number };
      layers: { address: string; receptiveField: number[] | string | null }[];
    };
    expect(summary.parameters.total).toBe(3453121);
    const fields = new Map(summary.layers.map((l) => [l.address, l.receptiveField]));
    expect(convs.map((name) => fields.get(name))).toEqual([
      [3, 3],
      [8, 8],
      [18, 18],
      [38, 38],
    ]);
    expect(striate(["inspect", model, "--graph"]).out).toMatch(/Conv/);
  });
});

function expectOneSentence(
  run: { code: number | null; err: string },
  file: string,
  folder: string,
): void {
  expect(run.err).toContain(file);
  expect(run.code).toBe(1);
  expect(run.err.trim().split("\n")).toHaveLength(1);
  expect(readdirSync(folder)).toEqual([]);
}

const digest = (file: string): string =>
  createHash("sha256").update(readFileSync(file)).digest("hex");

const largestError = (got: readonly number[], want: readonly number[]): number =>
  want.reduce((worst, value, i) => Math.max(worst, Math.abs(value - got[i]!)), 0);

/** The model's file with NaN in the middle, where its largest weight lies. */
function withNaN(file: Buffer): Buffer {
  const copy = Buffer.from(file);
  copy.writeFloatLE(NaN, Math.floor(copy.length / 8) * 4);
  return copy;
}

/** A PNG file of one grey row; the header may promise more. */
function pngOf(width: number, height: number): Buffer {
  const crcTable = Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
  });
  const crc = (bytes: Buffer) =>
    ~bytes.reduce((c, byte) => crcTable[(c ^ byte) & 255]! ^ (c >>> 8), 0xffffffff) >>> 0;
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(2, 0))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
