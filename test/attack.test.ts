import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { activations, loadModel, readImage } from "../src/index.ts";
import { emptyFolder } from "./command-line.ts";
import { describeShared, shared } from "./shared.ts";

// The files that broke striate once, by the built command, in a process that may take no more than 500 MB and five
// seconds of processor time. Files of the same kinds are built in code in `hostile-files.test.ts`; the scripts that
// need no file are tested where docs/security.md says.

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const limited = 'ulimit -d 512000 2>/dev/null; ulimit -t 5 2>/dev/null; exec "$0" "$@"';

const attack = (path: string): string => shared(`attack/${path}`);

/** Runs a command on a file of an attack, in a folder of its own. */
function run(args: readonly string[]) {
  const { status, signal, stdout, stderr } = spawnSync(
    "sh",
    ["-c", limited, process.execPath, main, ...args],
    { cwd: emptyFolder(), encoding: "utf8" },
  );
  return { code: signal ?? status, out: stdout, err: stderr };
}

/** JavaScript's and the engine's own words, which say nothing to a user. */
const ownWords =
  /Maximum call stack|is not a function|undefined|Invalid (array|string|typed)|unexpected error|In Node, \(|onnxruntime/;

/** What a refusal of each file says, after its name. */
const refused: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  "06_endless_reading": {
    "loop.h5": /refer to one another so often/,
    "treedag.h5": /refer to one another so often/,
    "dag40.h5": /refer to one another so often/,
    "saved-model-table": /refer to one another so often/,
    redos_json: /is no JSON: line 1, column 300018/,
  },
  "07_process_aborts": {
    "bomb2100.keras": /"config.json" needs 2.2 GB of memory/,
    tf_range: /Reshape "y": 2000000000 axes are more than can be/,
    "onnx_split.onnx": /Split "s": 2000000000 pieces are more than can be/,
    keras_adaptive_pool: /"L": 2000000000 windows are more than can be/,
  },
  "08_memory_of_small_files": { "overlap.npz": /its files overlap one another/ },
  "09_reading_faults_in_js_words": {
    "pk_appends.keras": /Dense "dense": expected 2 weights/,
    json_deep: /nested more than 500 levels deep/,
    "fdeep.onnx": /call one another over 100 levels/,
    "bomb600.keras": /"config.json" needs 629 MB of memory/,
    "bigopset.onnx": /the operator set \d+ of the domain "d" cannot be/,
    k_resc: /Rescaling "L": .*do not broadcast/,
  },
};

for (const [folder, files] of Object.entries(refused))
  describeShared(`attack/${folder}`, folder, () => {
    test.each(Object.keys(files).filter((name) => existsSync(attack(`${folder}/${name}`))))(
      "%s is refused in a sentence",
      (name) => {
        const { code, out, err } = run(["inspect", attack(`${folder}/${name}`)]);
        expect(code, err).toBe(1);
        expect(out).toBe("");
        expect(err).toMatch(files[name]!);
        expect(err).toContain(name);
        expect(err.trim().split("\n")).toHaveLength(1);
        expect(err).not.toMatch(ownWords);
      },
    );
  });

describeShared("attack/06_endless_reading", "names that were slow to read", () => {
  test.each(["06_endless_reading/redos_names.onnx", "09_reading_faults_in_js_words/tf_text"])(
    "%s opens",
    (path) => {
      expect(run(["inspect", attack(path)])).toMatchObject({ code: 0, err: "" });
    },
  );

  test.each(["proto.h5", "ctor.h5", "longname.h5"])("%s is drawn", (name) => {
    const file = attack(`09_reading_faults_in_js_words/${name}`);
    expect(run(["inspect", file, "--graph", "svg", "--out", "x.svg"]).err).toBe("");
  });
});

describeShared("attack/09_reading_faults_in_js_words", "what is only found on the way", () => {
  const at = (name: string) => attack(`09_reading_faults_in_js_words/${name}`);
  const photo = attack("p.png");

  test.each([
    ["verify a network without inputs", ["verify", at("noin.onnx")], /noin.onnx: has no input/],
    ["verify a huge input", ["verify", at("big_input")], /big_input: .*more than can be/],
    [
      "see with a preparation that is none",
      ["see", photo, "--model", at("prep6.onnx"), "--out", "o"],
      /prep6.onnx: .*expected a text such as/,
    ],
    [
      "convert what no engine takes",
      ["convert", at("nan_slice.onnx"), "o.onnx"],
      /nan_slice.onnx: .*Relu "r": Unrecognized attribute: z/,
    ],
    ["an address that is none", ["inspect", "http://["], /is no http or https address/],
  ])("%s", (_, args, words) => {
    const { code, err } = run(args);
    expect([code, err]).toEqual([1, expect.stringMatching(words)]);
    expect(err).not.toMatch(ownWords);
  });

  test("layers named as JavaScript names its own are layers", () => {
    const { code, out } = run([
      "see",
      photo,
      "--model",
      at("n_proto.onnx"),
      "--layers",
      "all",
      "--out",
      "o",
    ]);
    expect([code, out]).toEqual([0, expect.stringContaining("__proto__")]);
  });
});

describe("10_session_cache_race", () => {
  test("every layer of a model at once", async () => {
    const root = fileURLToPath(new URL("..", import.meta.url));
    await using model = await loadModel(`${root}models/cat_vs_dog.h5`);
    const picture = await readImage(`${root}dist/demo/dog.jpg`);
    const maps = model.layers.map(({ address }) =>
      activations(model, picture, { layers: address }),
    );
    expect(await Promise.all(maps)).toHaveLength(13);
  });
});
