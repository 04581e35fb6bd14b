#!/usr/bin/env node
// What is asked most often is answered before anything is loaded: the version, and the list of commands,
// which the build keeps beside this file.
import { readFileSync } from "node:fs";
import { version } from "../version.ts";

const args = process.argv.slice(2);

/** The answer to a question that needs no command; undefined where one has to be run. */
function quickAnswer(): string | undefined {
  if (args.length > 1) return undefined;
  const [word = "--help"] = args;
  if (word === "--version" || word === "-v") return `${version}\n`;
  if (word !== "--help" && word !== "-h" && word !== "help") return undefined;
  try {
    return readFileSync(new URL("./help.txt", import.meta.url), "utf8");
  } catch {
    return undefined;
  }
}

const answer = quickAnswer();
if (answer === undefined) {
  const { runCommandLine } = await import("./run.ts");
  process.exitCode = await runCommandLine(args);
} else {
  // Whoever reads it may stop early.
  process.stdout.on("error", () => undefined);
  process.stdout.write(answer);
}
