import { checked, field } from "../../base/fields.ts";
import { parseByteSize } from "../../data/byte-size.ts";
import { readLabels } from "../../api/read-labels.ts";
import type { ContextOptions } from "../../views/context.ts";
import type { CommandIo } from "../command.ts";
import { engineFields, forceField, modelFields, photoFields, pixelRatioField } from "../options.ts";

/** Flags of every command that is made from a view's record. */
export const runFields = {
  out: field.string("striate-out", {
    placeholder: "path",
    help: "folder for the pictures, or one page to look around in: NAME.html",
  }),
  force: forceField,
  format: field.choice(["png", "svg"], "png", { help: "kind of picture" }),
  pixel_ratio: pixelRatioField,
  numbers: field.nullable(
    field.string(undefined, {
      placeholder: "file",
      help: "also write the numbers, as an .npz of named arrays",
    }),
  ),
  json: field.boolean(false, { help: "print data instead of words" }),
  labels: field.nullable(
    field.string(undefined, { help: "names of the classes: cat,dog, or a file of them" }),
  ),
  seed: field.int(0, { help: "of all that is random" }),
  memory: checked(
    field.string("512m", {
      placeholder: "size",
      help: "what the tensors of one run may take: batches fit into it",
    }),
    parseByteSize,
  ),
  ...modelFields,
  ...photoFields,
  ...engineFields,
};

interface RunOptions {
  seed: number;
  memory: string;
}

/** The context's options by the flags; Ctrl-C stops the view, which keeps the best that it has. */
export function contextOptions(options: RunOptions, io: CommandIo): ContextOptions & Disposable {
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once("SIGINT", onInterrupt);
  let said = "";
  return {
    seed: options.seed,
    memory: parseByteSize(options.memory),
    signal: stop.signal,
    onProgress(done, words) {
      const text = `${Math.floor(10 * done) * 10} %${words ? `: ${words}` : ""}`;
      if (!io.terminal.isTty || text === said || done >= 1) return;
      said = text;
      io.err(text);
    },
    [Symbol.dispose]: () => void process.off("SIGINT", onInterrupt),
  };
}

export async function labelsOf(labels: string | null): Promise<string[] | undefined> {
  return labels === null ? undefined : readLabels(labels);
}
