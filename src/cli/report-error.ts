import { CommanderError } from "commander";
import { PartlyFailedError, StriateError, UsageError, isBug, messageOf } from "../base/errors.ts";
import type { CommandDefinition } from "./command.ts";
import { version } from "../version.ts";

/** The exit code of a mistake in the program itself, as sysexits.h has it (EX_SOFTWARE). */
const bugCode = 70;

/**
 * Says what went wrong.
 *
 * @param asked the command that was wanted, whose help is named
 * @returns the exit code: 1 for what the user can mend, 2 for wrong usage, 3 where some of many failed, 70 for a bug
 */
export function reportError(
  error: unknown,
  debug: boolean,
  err: (text: string) => void,
  asked?: Pick<CommandDefinition, "name" | "examples">,
): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const message = error.message
      .replace(/^error: /, "")
      .replace(/\s*\n\s*/g, " ")
      .replace(/\.$/, "");
    const [example] = error.code === "commander.missingArgument" ? (asked?.examples ?? []) : [];
    const help = asked ? `striate ${asked.name} --help` : "striate --help";
    err(`striate: ${message}${example === undefined ? "" : `, as in: ${example}`}; see ${help}`);
    return 2;
  }
  // What the system refuses (a disk, a port) bears a code; memory that there is not is asked for by its user.
  const known =
    error instanceof StriateError ||
    (error instanceof Error && ("code" in error || (error instanceof RangeError && !isBug(error))));
  err(`striate: ${known ? "" : "unexpected error: "}${messageOf(error)}`);
  if (debug && error instanceof Error) for (const line of stackOf(error).split("\n")) err(line);
  if (error instanceof PartlyFailedError) return 3;
  if (known) return error instanceof UsageError ? 2 : 1;
  err(
    `This is a mistake in striate ${version}, not in what you gave it. Please report it with the command, ` +
      (debug ? "the lines above" : "what it says when run again with --debug") +
      " and, if it can be shared, the file.",
  );
  return bugCode;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
