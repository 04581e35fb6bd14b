import { printable, printableLines } from "../base/printable.ts";
import type { CommandIo } from "./command.ts";

export interface Terminal {
  readonly io: CommandIo;
  /** Why standard output took no more; undefined where it took all, or its reader had read enough. */
  refused(): NodeJS.ErrnoException | undefined;
}

/**
 * The terminal, or what stands for it. Nothing of a stranger's reaches it raw. When it takes no more (a full
 * disk, `| head`), printing ends and the work goes on.
 */
export function openTerminal(): Terminal {
  const out = printer(process.stdout);
  const err = printer(process.stderr);
  const { isTTY: isTty = false } = process.stdout;
  const wide = process.stdout.columns ?? Number(process.env["COLUMNS"]);
  return {
    io: {
      out: (line) => out.print(`${printable(line)}\n`),
      text: (lines) => out.print(`${printableLines(lines)}\n`),
      err: (text) => err.print(`${printable(text)}\n`),
      raw: out.print,
      status: err.print,
      terminal: { isTty, columns: wide > 0 ? wide : 80, width: wide > 0 ? wide : Infinity },
      env: process.env,
    },
    refused: () => (out.failure()?.code === "EPIPE" ? undefined : out.failure()),
  };
}

function printer(stream: NodeJS.WriteStream) {
  let failure: NodeJS.ErrnoException | undefined;
  const fail = (error: NodeJS.ErrnoException) => void (failure ??= error);
  stream.on("error", fail);
  // The event comes a moment later, when what was asked for may be done.
  const failed = () => failure ?? (stream.errored as NodeJS.ErrnoException | null) ?? undefined;
  const print = (text: string): void => {
    if (failed()) return;
    try {
      stream.write(text);
    } catch (error) {
      fail(error as NodeJS.ErrnoException);
    }
  };
  return { print, failure: failed };
}
