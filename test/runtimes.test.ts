import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { emptyFolder } from "./command-line.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** How each runs a program; the variables name one that is not on the path. */
const runtimes = {
  Deno: [process.env["STRIATE_DENO"] ?? "deno", "run", "-A"],
  Bun: [process.env["STRIATE_BUN"] ?? "bun"],
};
const isHere = ([command]: readonly string[]) =>
  spawnSync(command!, ["--version"], { stdio: "ignore" }).status === 0;

interface Looked {
  maps: [string, number][];
  gradient: number;
  png: string;
  loss: number[];
}

function runWith(runtime: readonly string[], args: readonly string[], cwd: string): string {
  const [command, ...first] = runtime;
  const { status, stdout, stderr } = spawnSync(command!, [...first, ...args], {
    ...{ cwd, encoding: "utf8", timeout: 60_000, maxBuffer: 1 << 28 },
    env: { ...process.env, NO_COLOR: "1" },
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

function look(runtime: readonly string[]): Looked {
  const folder = emptyFolder();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/striate"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  cpSync(join(root, "test/runtimes/look.mjs"), join(folder, "look.mjs"));
  return JSON.parse(runWith(runtime, ["look.mjs", root], folder)) as Looked;
}

const pixelsOf = (png: Uint8Array) => Buffer.from(decode(png).data);
const command = join(root, "dist/cli/main.js");
const asked = [join(root, "dist/demo/dog.jpg"), "--model", join(root, "models/cat_vs_dog.h5")];

describe.each(Object.entries(runtimes))("striate in %s", (_name, runtime) => {
  if (!isHere(runtime)) return it.skip(`skipped: there is no ${runtime[0]} here`);

  it("opens, looks, differentiates, draws and trains as in Node", () => {
    const [here, there] = [look([process.execPath]), look(runtime)];
    expect(there.maps).toEqual(here.maps);
    expect(there.gradient).toBe(here.gradient);
    expect(there.loss).toEqual(here.loss);
    // Each has a zlib of its own.
    const [ours, theirs] = [here, there].map(({ png }) => pixelsOf(Buffer.from(png, "base64")));
    expect(theirs!.equals(ours!)).toBe(true);
  });

  it("is the same command", () => {
    const [here, there] = [[process.execPath], runtime].map((each) => {
      const folder = emptyFolder();
      const said = runWith(each, [command, "see", ...asked, "--out", "maps"], folder);
      const files = readdirSync(join(folder, "maps"));
      const pictures = files
        .filter((file) => file.endsWith(".png"))
        .map((file) => pixelsOf(readFileSync(join(folder, "maps", file))).toString("base64"));
      return { said, files, pictures };
    });
    expect(there).toEqual(here);
  });
});
