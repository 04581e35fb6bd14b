import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandDefinition, CommandIo } from "../src/cli/command.ts";
import { commands, viewCommands } from "../src/cli/commands/index.ts";
import { convertModel } from "../src/formats/convert.ts";
import { printable } from "../src/base/printable.ts";
import { allViews } from "../src/views/all-views.ts";
import { photoLayer, smallModel } from "./small-models.ts";

// What tests of all commands share: their records, and something small to give to each. A new command is tried
// by itself; where its arguments have names that no other command has, one word more is asked for here.

/** Every command, by name. */
export const everyCommand: Readonly<Record<string, () => Promise<CommandDefinition>>> = {
  ...commands,
  ...(await viewCommands()),
};

/** A picture of grey that every decoder reads. */
export const pgm = (side: number, level: number): Buffer =>
  Buffer.concat([Buffer.from(`P5 ${side} ${side} 255\n`), Buffer.alloc(side * side, level)]);

/** The files that commands are given. */
export interface GivenFiles {
  readonly model: string;
  readonly photo: string;
  /** A folder of two classes of three photos. */
  readonly data: string;
}

/** Writes a small classifier, a photo and a data set into a folder. */
export async function writeGivenFiles(folder: string): Promise<GivenFiles> {
  const at = (name: string) => join(folder, name);
  const opened = smallModel([
    photoLayer(8),
    { type: "Conv2D", name: "conv", config: { filters: 2, kernel_size: [3, 3] } },
    { type: "Flatten", name: "flat" },
    { type: "Dense", name: "head", config: { units: 2, activation: "softmax" } },
  ]);
  const [file] = await convertModel(opened, "m.h5");
  writeFileSync(at("m.h5"), file!.bytes);
  writeFileSync(at("p.pgm"), pgm(8, 100));
  writeDataset(at("data"), ["cat", "dog"]);
  return { model: at("m.h5"), photo: at("p.pgm"), data: at("data") };
}

export function writeDataset(folder: string, classes: readonly string[]): void {
  for (const [i, label] of classes.entries()) {
    mkdirSync(join(folder, label), { recursive: true });
    for (let n = 0; n < 3; n++)
      writeFileSync(join(folder, label, `${n}.pgm`), pgm(8, 10 + i * 230 + n));
  }
}

/** What stands for a command's arguments, by their names. */
export function argumentsOf(
  { arguments: places }: CommandDefinition,
  { model, photo, data }: GivenFiles,
  more: Readonly<Record<string, string>> = {},
): (string | string[])[] {
  const words: Readonly<Record<string, string | string[]>> = {
    ...{ file: model, in: model, a: model, b: model, model, other: model },
    ...{ photo, input: photo, photos: [photo], data },
    ...{ out: "o.onnx", place: "conv@2,2", queue: "redis://127.0.0.1:1" },
    ...more,
  };
  return places.map(({ name }) => {
    const word = words[name.replace(/[<>[\].]/g, "")];
    if (word === undefined) throw new Error(`test/every-command.ts: what stands for ${name}?`);
    return word;
  });
}

/** What a command is given besides, where it has such a flag, so that it has little to do. */
export const cheapFlags = (
  { name, fields }: CommandDefinition,
  { model }: GivenFiles,
): Record<string, unknown> => {
  const usual: Readonly<Record<string, unknown>> = {
    ...{ model, target: "class:0", preview: false, epochs: "1", batch: "4", threads: "1" },
    // Not every method of explain takes them, and one that does not refuses them.
    ...(name === "explain" ? {} : { steps: "2", side: "16" }),
  };
  return Object.fromEntries(Object.entries(usual).filter(([key]) => key in fields));
};

/** Flags of a view among several belong to a method that takes them. */
export const methodWith = (key: string): string | undefined =>
  allViews.find((view) => view.takes === "photo" && !view.command && key in view.asks)?.id;

/** A terminal that keeps what it is told. */
export function keptIo(): CommandIo & { readonly text: () => string } {
  const said: string[] = [];
  const keep = (text: string) => void said.push(text);
  // As cli/terminal.ts does it.
  const line = (text: string) => keep(printable(text));
  return {
    ...{ out: line, text: keep, err: line, raw: keep, status: keep },
    terminal: { isTty: false, columns: 80, width: 80 },
    env: {},
    text: () => said.join("\n"),
  };
}
