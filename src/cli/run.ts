import { Command } from "commander";
import { UsageError } from "../base/errors.ts";
import { nearestNames } from "../base/names.ts";
import { version } from "../version.ts";
import { reasonOf } from "../node/files/files.ts";
import { type CommandDefinition, commandGroups } from "./command.ts";
import { commands, viewCommands } from "./commands/index.ts";
import { flagsOf, parseFlags, writeOutImplied } from "./flags.ts";
import { reportError } from "./report-error.ts";
import { openTerminal } from "./terminal.ts";

const { io, refused } = openTerminal();

/** The names of all commands. */
export const commandNames = async (): Promise<string[]> =>
  Object.keys({ ...commands, ...(await viewCommands()) });

/** Runs the command line and returns the exit code: 0, or as `reportError` has it. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const debug = args.includes("--debug");
  let asked: CommandDefinition | undefined;
  try {
    const name = args.find((arg) => !arg.startsWith("-"));
    const known =
      name !== undefined && Object.hasOwn(commands, name)
        ? commands
        : { ...commands, ...(await viewCommands()) };
    if (name !== undefined && name !== "help" && !Object.hasOwn(known, name))
      throw new UsageError(
        `no command "${name}"; nearest: ${nearestNames(name, Object.keys(known)).join(", ")}; striate --help lists them`,
      );
    const chosen = name === undefined || name === "help" ? Object.keys(known) : [name];
    const loaded = await Promise.all(chosen.map((each) => known[each]!()));
    const program = new Command("striate")
      .description("See what a convolutional network sees.")
      .version(version, "-v, --version")
      .option("--debug", "show the stack of an error")
      .exitOverride()
      .configureOutput({ writeOut: io.raw, outputError: () => undefined })
      // `striate help see` is known as well, and stands in no list.
      .configureHelp({ subcommandTerm, visibleCommands: ({ commands: all }) => [...all] })
      .usage("COMMAND [options]")
      .addHelpText("after", begin);
    for (const group of Object.keys(commandGroups))
      for (const definition of loaded)
        if (definition.group === group) addCommand(program, definition);
    if (args.length === 0) {
      io.text(program.helpInformation());
      return 0;
    }
    if (loaded.length === 1) asked = loaded[0];
    const fields = asked?.fields ?? {};
    await program.parseAsync(writeOutImplied(fields, args), { from: "user" });
    return reportOutput();
  } catch (error) {
    return reportError(error, debug, io.err, asked);
  }
}

/** Where who knows no command may begin. */
const begin = `
Begin with:
  striate demo                              a trained network looks at a dog
  striate see PHOTO --model FILE            a photo and a network of yours
  striate serve FILE --photo PHOTO --open   the same in the browser, to walk through
  striate COMMAND --help                    what a command takes, with examples`;

/** `see [photos...]`: that each command has options is no news. */
const subcommandTerm = (command: Command): string =>
  [
    command.name(),
    ...command.registeredArguments.map((each) => {
      const name = each.name() + (each.variadic ? "..." : "");
      return each.required ? `<${name}>` : `[${name}]`;
    }),
  ].join(" ");

function addCommand(program: Command, definition: CommandDefinition): void {
  const command = program.command(definition.name).summary(definition.summary);
  command.helpGroup(`${commandGroups[definition.group]}:`);
  command.description(definition.summary).exitOverride();
  command.configureOutput({ writeOut: io.raw, outputError: () => undefined });
  for (const { name, help } of definition.arguments) command.argument(name, help);
  for (const { notation, help, many } of flagsOf(definition.fields))
    if (many) command.option(notation, help, addTo);
    else command.option(notation, help);
  command.option("--debug", "show the stack of an error");
  if (definition.examples)
    command.addHelpText(
      "after",
      `\nExamples:\n${definition.examples.map((line) => `  ${line}\n`).join("")}`,
    );
  command.action(async (...given: unknown[]) => {
    const words = given.slice(0, definition.arguments.length) as (string | string[] | undefined)[];
    await definition.run(
      words,
      parseFlags(definition.fields, command.opts(), definition.examples?.[0]),
      io,
    );
  });
}

const addTo = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** What was asked for is done; whether it could be told as well. */
function reportOutput(): number {
  const failure = refused();
  if (failure === undefined) return 0;
  io.err(`striate: standard output cannot be written: ${reasonOf(failure)}`);
  return 1;
}
