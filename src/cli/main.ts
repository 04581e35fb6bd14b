#!/usr/bin/env node
// What is asked most often is answered before anything is loaded: the version, and what --help prints, which
// the build keeps beside this file.
import { readFileSync } from "node:fs";
import { version } from "../version.ts";

const args = process.argv.slice(2);
const isHelp = (word: string | undefined): boolean => word === "--help" || word === "-h";

/** The answer to a question that needs no command; undefined where one has to be run. */
function quickAnswer(): string | undefined {
  const [word, next] = args;
  if (args.length > 2) return undefined;
  if (args.length === 1 && (word === "--version" || word === "-v")) return `${version}\n`;
  if (args.length < 2 && (word === undefined || word === "help" || isHelp(word))) return helpOf("");
  if (word === "help" && next !== undefined) return helpOf(next);
  return isHelp(next) && word !== undefined ? helpOf(word) : undefined;
}

/** What --help prints of a command; undefined where it is not known. */
function helpOf(command: string): string | undefined {
  try {
    const text = readFileSync(new URL("./help.json", import.meta.url), "utf8");
    const help = JSON.parse(text) as Record<string, string>;
    return Object.hasOwn(help, command) ? help[command] : undefined;
  } catch {
    return undefined;
  }
}

async function refuse(error: Error): Promise<void> {
  process.exitCode = 1;
  const { reasonOf } = await import("../node/files/files.ts");
  process.stderr.write(`striate: standard output cannot be written: ${reasonOf(error)}\n`);
}

const answer = quickAnswer();
if (answer === undefined) {
  const { runCommandLine } = await import("./run.ts");
  process.exitCode = await runCommandLine(args);
} else {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever reads it may stop early.
    if (error.code !== "EPIPE") void refuse(error);
  });
  process.stdout.write(answer);
}
