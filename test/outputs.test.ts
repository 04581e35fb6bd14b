import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, extname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { StriateError } from "../src/base/errors.ts";
import type { CommandDefinition } from "../src/cli/command.ts";
import { parseFlags } from "../src/cli/flags.ts";
import { emptyFolder } from "./command-line.ts";
import {
  type GivenFiles,
  argumentsOf,
  cheapFlags,
  everyCommand,
  keptIo,
  writeGivenFiles,
} from "./every-command.ts";

// Where a command writes, by the records of all commands: what striate wrote before is replaced, what is another's is
// not, unless --force says so. Links are followed, modes kept, devices and pipes stay what they are.

let files: GivenFiles;
/** A run over photos, as the census leaves it, for `striate run`. */
let manifest: string;

/** The names of what is written, where it is one file. */
const fileNames: Readonly<Record<string, string>> = {
  ...{ activations: "o.npz", convert: "o.h5", diff: "o.png", export: "o.onnx" },
  ...{ inspect: "o.svg", train: "o.h5" },
};
/** What a command has to be asked for to write a file at all. */
const asked: Readonly<Record<string, Record<string, unknown>>> = {
  inspect: { graph: "svg" },
  run: { merge: true },
};

interface Writer {
  readonly name: string;
  readonly command: CommandDefinition;
  /** What `--out` is, in a folder of its own. */
  readonly out: string;
}

const writers: Writer[] = [];
for (const [name, load] of Object.entries(everyCommand)) {
  const command = await load();
  const places = command.arguments.map((place) => place.name);
  if (!("out" in command.fields) && !places.includes("<out>")) continue;
  writers.push({ name, command, out: fileNames[name] ?? "out" });
  // One page instead of a folder of pictures.
  if (command.fields["out"]?.help?.includes("NAME.html"))
    writers.push({ name, command, out: "o.html" });
}
const titled = writers.map((writer) => [`${writer.name} --out ${writer.out}`, writer] as const);

beforeAll(async () => {
  files = await writeGivenFiles(emptyFolder());
  const first = emptyFolder();
  await run(
    writers.find(({ name }) => name === "census")!,
    first,
  );
  manifest = join(first, "out/run/manifest.json");
});

/** Runs a command that writes into a folder. */
async function run({ name, command, out }: Writer, folder: string, force = false): Promise<void> {
  const place = join(folder, out);
  const { fields } = command;
  const flags = { ...cheapFlags(command, files), ...asked[name], ...(force && { force }) };
  const own: Record<string, unknown> = "out" in fields ? { ...flags, out: place } : flags;
  if ("numbers" in fields) own["numbers"] = join(folder, "numbers.npz");
  const given = argumentsOf(command, files, { out: place, manifest });
  try {
    await command.run(given, parseFlags(fields, own), keptIo());
  } catch (error) {
    // Not every way of seeing has arrays.
    if (!/there are no arrays/.test((error as Error).message)) throw error;
  }
}

/** What lies in a folder, but for the ledger of a run. */
const written = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => !/(^|[/\\])run([/\\]|$)/.test(path))
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();

/** Puts something in the place of a file that a command will write. */
function put(folder: string, path: string, place: (at: string) => void): string {
  const at = join(folder, path);
  mkdirSync(dirname(at), { recursive: true });
  place(at);
  return at;
}
const mine = "the work of a year\n";

describe.skipIf(process.platform === "win32").each(titled)("striate %s", (_, writer) => {
  const first = emptyFolder();
  /** One file of each kind that the command writes. */
  let kinds: string[];
  beforeAll(async () => {
    await run(writer, first);
    const all = written(first);
    expect(all.length).toBeGreaterThan(0);
    kinds = [...new Map(all.map((path) => [extname(path), path])).values()];
  });

  test("replaces what it wrote before", async () => {
    const before = written(first);
    await run(writer, first);
    expect(written(first)).toEqual(before);
  });

  test("leaves what another wrote, and replaces it by --force: behind its link, in its mode", async () => {
    for (const path of kinds) {
      const folder = emptyFolder();
      const real = join(emptyFolder(), "mine");
      writeFileSync(real, mine, { mode: 0o600 });
      const at = put(folder, path, (place) => symlinkSync(real, place));
      const refused = await run(writer, folder).catch((error: unknown) => error);
      expect(refused, path).toBeInstanceOf(StriateError);
      expect((refused as Error).message).toMatch(/another name, or --force|or --force to write/);
      expect(readFileSync(real, "utf8"), path).toBe(mine);
      await run(writer, folder, true);
      expect(readFileSync(real, "utf8"), path).not.toBe(mine);
      expect([lstatSync(at).isSymbolicLink(), statSync(real).mode & 0o777], path).toEqual([
        true,
        0o600,
      ]);
    }
  });

  test("writes to a device, which stays one", async () => {
    const folder = emptyFolder();
    for (const path of kinds) put(folder, path, (place) => symlinkSync("/dev/null", place));
    // A folder in which something else is may be refused.
    await run(writer, folder, true);
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    for (const path of kinds) expect(lstatSync(join(folder, path)).isSymbolicLink()).toBe(true);
  });

  test("refuses a pipe that nobody reads, and --out that cannot be", async () => {
    const folder = emptyFolder();
    const pipe = put(folder, kinds[0]!, (place) => execFileSync("mkfifo", [place]));
    await expect(run(writer, folder, true)).rejects.toThrow(StriateError);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    // Of a folder: a device, a pipe and a file in its place. Of a file: a folder.
    const isFolder = writer.out === "out";
    const wrong = isFolder
      ? [
          (place: string) => symlinkSync("/dev/null", place),
          (place: string) => void execFileSync("mkfifo", [place]),
          (place: string) => writeFileSync(place, mine),
        ]
      : [(place: string) => void mkdirSync(place)];
    for (const place of wrong) {
      const other = emptyFolder();
      put(other, writer.out, place);
      const before = lstatSync(join(other, writer.out));
      await expect(run(writer, other, true)).rejects.toThrow(StriateError);
      const after = lstatSync(join(other, writer.out));
      expect([after.mode, after.ino]).toEqual([before.mode, before.ino]);
      if (after.isFile()) expect(readFileSync(join(other, writer.out), "utf8")).toBe(mine);
    }
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  test.skipIf(writer.out !== "out")("follows a link to a folder", async () => {
    const [folder, real] = [emptyFolder(), emptyFolder()];
    symlinkSync(real, join(folder, "out"));
    await run(writer, folder);
    expect(lstatSync(join(folder, "out")).isSymbolicLink()).toBe(true);
    expect(readdirSync(real).length).toBeGreaterThan(0);
  });
});
