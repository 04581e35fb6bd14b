import type { Fields, Values } from "../base/fields.ts";

/** What a command may touch of the outside world: an argument, so that tests can watch it. */
export interface CommandIo {
  /** One line of the answer; what would command a terminal, or end the line, is shown instead. */
  out(line: string): void;
  /** Several lines, whose ends are striate's own: no name of a stranger's ends one in JSON, or in a text table. */
  text(lines: string): void;
  /** One line beside the answer. */
  err(text: string): void;
  /** Standard output for what striate itself makes of terminal codes: a preview, a line that is rewritten. */
  raw(text: string): void;
  /** Standard error in the same way. */
  status(text: string): void;
  /** Whether `out` is a terminal, its columns, and how wide a table may be. */
  terminal: { isTty: boolean; columns: number; width: number };
  env: Readonly<Record<string, string | undefined>>;
}

/** What commands are for: the headings of `striate --help`, in their order. */
export const commandGroups = {
  see: "Look at a network",
  files: "Files",
  data: "Training and data sets",
} as const;

/** A command is data: the parser, the help and the messages derive from it. */
export interface CommandDefinition<F extends Fields = Fields> {
  name: string;
  group: keyof typeof commandGroups;
  summary: string;
  /** Commander's notation: `<photos...>`, `[out]`. */
  arguments: readonly { name: string; help: string }[];
  /** Flags, by field; `scale_mode` is `--scale-mode`. A boolean that is true by default is `--no-x`. */
  fields: F;
  /** One or two lines of example. */
  examples?: readonly string[];
  run(
    args: readonly (string | string[] | undefined)[],
    options: Values<F>,
    io: CommandIo,
  ): Promise<void>;
}

export function defineCommand<const F extends Fields>(
  definition: CommandDefinition<F>,
): CommandDefinition<F> {
  return definition;
}
