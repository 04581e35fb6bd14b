import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { emptyFolder, striate } from "./command-line.ts";

// Every command of README.md, as it stands there, on what is committed.

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");

/** The words of each command line: `npx striate see "a b" # why`. */
const commands = [...readme.matchAll(/^ {4}npx striate (.*)$/gm)].map(([, line]) =>
  [...line!.replace(/\s+#.*$/, "").matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, a, b, c]) => a ?? b ?? c!,
  ),
);

/** Tested elsewhere: they download, or train for minutes. */
const elsewhere = [/^train cats_vs_dogs\b/, /^train shapes$/, /^serve\b/];
const isElsewhere = (words: readonly string[]) =>
  elsewhere.some((command) => command.test(words.join(" ")));

it("README has commands, and names no other than those that are there", () => {
  expect(commands.length).toBeGreaterThan(15);
});

describe("the commands of README.md", () => {
  const folder = emptyFolder();
  const [dog, cat] = ["dog", "cat"].map((animal) => join(root, "dist", "demo", `${animal}.jpg`));
  cpSync(dog!, join(folder, "rocky.jpg"));
  cpSync(join(root, "models", "cat_vs_dog.h5"), join(folder, "cat_vs_dog.h5"));
  for (const [kind, photo] of [
    ["dogs", dog!],
    ["cats", cat!],
  ] as const) {
    mkdirSync(join(folder, "photos", kind), { recursive: true });
    for (let i = 0; i < 6; i++) cpSync(photo, join(folder, "photos", kind, `${i}.jpg`));
  }
  const small = join(root, "fixtures", "data", "saved-models");
  const made = () => {
    for (const file of ["model.onnx", "resnet18.onnx", "resnet.keras", "cat_vs_dog.onnx"]) {
      const run = striate(["convert", "cat_vs_dog.h5", file, "--labels", "cat,dog"], folder);
      expect(run.err + run.out).toContain(`wrote ${file}`);
    }
    cpSync(join(small, "keras3"), join(folder, "saved_model"), { recursive: true });
  };

  it("make what README shows of the first of them", () => {
    const [shown] = /^ {4}input: [^]*?\n(?=\n\S|- )/m.exec(readme)!;
    const { out } = striate([...commands[0]!], folder);
    expect(out).toContain(shown.trim().replaceAll(/^ {4}/gm, ""));
  });

  it("run on what is committed, each with exit code 0", () => {
    made();
    const failed = commands
      .filter((words) => !isElsewhere(words))
      .flatMap((words) => {
        const epochs = words[0] === "train" ? ["--epochs", "1", "--force"] : [];
        const run = striate([...words, ...epochs, ...again(words)], folder);
        return run.code === 0 ? [] : [`${words.join(" ")}: ${run.code} ${run.err}`];
      });
    expect(failed).toEqual([]);
  }, 600_000);
});

/** Two commands write to one place, each of which is asked before it replaces what the other wrote. */
const again = ([command]: readonly string[]): string[] =>
  ["convert", "see", "activations"].includes(command!) ? ["--force"] : [];
