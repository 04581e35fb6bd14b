import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { StriateError, UsageError } from "../src/base/errors.ts";
import type { Field } from "../src/base/fields.ts";
import { flagsOf, parseFlags } from "../src/cli/flags.ts";
import { emptyFolder } from "./command-line.ts";
import {
  type GivenFiles,
  argumentsOf,
  cheapFlags,
  everyCommand,
  keptIo,
  methodWith,
  writeGivenFiles,
} from "./every-command.ts";

// Every flag of every command with values of the right type that make no sense: the command does what it is
// asked for, or says in a sentence why it cannot. It never takes the blame for it ("unexpected error"), nor the memory.

const folder = emptyFolder();
const at = (name: string) => join(folder, name);
let files: GivenFiles;
beforeAll(async () => {
  files = await writeGivenFiles(folder);
});

/** Values that are well-typed and absurd. */
function absurd(key: string, { kind }: Field<unknown>): string[] {
  if (kind === "integer") return ["0", "100000000"];
  if (kind === "number") return ["-1e308", "1e308"];
  if (kind === "tuple") return ["1000000", "2147483648,2147483648"];
  if (key === "memory") return ["1", "1e30"];
  if (key === "columns" || key === "size") return ["1000000000", "9007199254740991x1"];
  return [];
}

/** Listens until it is ended: tested with its pages (`node/page/`). */
const endless = new Set(["serve"]);

test.each(Object.keys(everyCommand).filter((name) => !endless.has(name)))(
  "striate %s takes or refuses absurd values",
  async (name) => {
    const command = await everyCommand[name]!();
    const { fields, run } = command;
    const given = argumentsOf(command, files, {
      ...{ out: at("o.onnx"), manifest: at("manifest.json") },
    });
    const flags: Record<string, unknown> = { ...cheapFlags(command, files) };
    if ("force" in fields) flags["force"] = true;
    if ("out" in fields) flags["out"] = at(name === "diff" ? "d.png" : `out-${name}.h5`);
    for (const { key, attribute } of flagsOf(fields))
      for (const value of absurd(key, fields[key]!)) {
        const method = name === "explain" ? methodWith(key) : undefined;
        const said = `striate ${name} --${key} ${value}`;
        try {
          const own = { ...flags, ...(method && { method }), [attribute]: value };
          await run(given, parseFlags(fields, own), keptIo());
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
