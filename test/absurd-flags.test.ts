import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { StriateError, UsageError } from "../src/base/errors.ts";
import type { Field } from "../src/base/fields.ts";
import type { CommandDefinition, CommandIo } from "../src/cli/command.ts";
import { commands, viewCommands } from "../src/cli/commands/index.ts";
import { flagsOf, parseFlags } from "../src/cli/flags.ts";
import { convertModel } from "../src/formats/convert.ts";
import { allViews } from "../src/views/all-views.ts";
import { emptyFolder } from "./command-line.ts";
import { photoLayer, smallModel } from "./small-models.ts";

// Every flag of every command with values of the right type that make no sense: the command does what it is
// asked for, or says in a sentence why it cannot. It never takes the blame for it ("unexpected error"), nor the memory.

const folder = emptyFolder();
const at = (name: string) => join(folder, name);
const model = at("m.h5");
const photo = at("p.pgm");

const pgm = (side: number, level: number) =>
  Buffer.concat([Buffer.from(`P5 ${side} ${side} 255\n`), Buffer.alloc(side * side, level)]);

beforeAll(async () => {
  const opened = smallModel([
    photoLayer(8),
    { type: "Conv2D", name: "conv", config: { filters: 2, kernel_size: [3, 3] } },
    { type: "Flatten", name: "flat" },
    { type: "Dense", name: "head", config: { units: 2, activation: "softmax" } },
  ]);
  const [file] = await convertModel(opened, "m.h5");
  writeFileSync(model, file!.bytes);
  writeFileSync(photo, pgm(8, 100));
  for (const [label, level] of Object.entries({ cat: 10, dog: 240 })) {
    mkdirSync(at(`data/${label}`), { recursive: true });
    for (let i = 0; i < 3; i++) writeFileSync(at(`data/${label}/${i}.pgm`), pgm(8, level + i));
  }
});

/** What stands for a command's arguments, by their names. */
const words: Readonly<Record<string, string | string[]>> = {
  ...{ file: model, in: model, a: model, b: model, model },
  ...{ photo, input: photo, photos: [photo], data: at("data") },
  ...{ out: at("o.onnx"), place: "conv@2,2" },
  ...{ manifest: at("manifest.json"), queue: "redis://127.0.0.1:1" },
};

/** What a command is given besides, where it has such a flag, so that it has little to do. */
const usual: Readonly<Record<string, unknown>> = {
  ...{ model, target: "class:0", preview: false, force: true },
  ...{ epochs: "1", batch: "4", threads: "1", steps: "2", side: "16" },
};

/** Values that are well-typed and absurd. */
function absurd(key: string, { kind }: Field<unknown>): string[] {
  if (kind === "integer") return ["0", "100000000"];
  if (kind === "number") return ["-1e308", "1e308"];
  if (kind === "tuple") return ["1000000", "2147483648,2147483648"];
  if (key === "memory") return ["1", "1e30"];
  if (key === "columns" || key === "size") return ["1000000000", "9007199254740991x1"];
  return [];
}

/** Flags of a view among several belong to a method that takes them. */
const methodWith = (key: string) =>
  allViews.find((view) => view.takes === "photo" && !view.command && key in view.asks)?.id;

const io = (): CommandIo => ({
  out: () => undefined,
  err: () => undefined,
  raw: () => undefined,
  status: () => undefined,
  terminal: { isTty: false, columns: 80, width: 80 },
  env: {},
});

const all: Record<string, () => Promise<CommandDefinition>> = {
  ...commands,
  ...(await viewCommands()),
};

/** Listens until it is ended: tested with its pages (`node/page/`). */
const endless = new Set(["serve"]);

test.each(Object.keys(all).filter((name) => !endless.has(name)))(
  "striate %s takes or refuses absurd values",
  async (name) => {
    const { fields, arguments: places, run } = await all[name]!();
    const given = places.map((place) => {
      const word = place.name.replace(/[<>[\].]/g, "");
      expect(Object.keys(words), `what stands for ${place.name}`).toContain(word);
      return words[word]!;
    });
    const flags = Object.fromEntries(Object.entries(usual).filter(([key]) => key in fields));
    if ("out" in fields) flags["out"] = at(name === "diff" ? "d.png" : `out-${name}.h5`);
    for (const { key, attribute } of flagsOf(fields))
      for (const value of absurd(key, fields[key]!)) {
        const method = name === "explain" ? methodWith(key) : undefined;
        const said = `striate ${name} --${key} ${value}`;
        try {
          const own = { ...flags, ...(method && { method }), [attribute]: value };
          await run(given, parseFlags(fields, own), io());
        } catch (error) {
          expect(error, said).toBeInstanceOf(StriateError);
          const { message } = error as Error;
          expect(message, said).not.toMatch(
            /\n|undefined|Invalid |is not a function|nothing was written.*checkpoint/,
          );
          if (error instanceof UsageError) expect(message, said).toContain("--");
        }
      }
  },
);
