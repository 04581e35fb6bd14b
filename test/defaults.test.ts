import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { commands } from "../src/cli/commands/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The names that commands write to where none is given, and those of the README's trainings. */
async function defaultNames(): Promise<string[]> {
  const definitions = await Promise.all(Object.values(commands).map((load) => load()));
  const outs = definitions.flatMap(({ fields }) => {
    const fallback = fields["out"]?.fallback;
    return typeof fallback === "string" ? [fallback] : [];
  });
  const training = ["h5", "h5.checkpoint", "h5.lock", "history.json", "history.csv", "history.png"];
  return [
    ...outs,
    ...["shapes", "cat_vs_dog"].flatMap((stem) => training.map((end) => `${stem}.${end}`)),
  ];
}

test.runIf(existsSync(join(root, ".git")))(
  "git leaves alone what the commands write by default",
  async () => {
    const names = (await defaultNames()).map((name) =>
      name.includes(".") ? name : `${name}/see.json`,
    );
    expect(names.length).toBeGreaterThan(14);
    const { stdout } = spawnSync("git", ["check-ignore", ...names], {
      cwd: root,
      encoding: "utf8",
    });
    expect(stdout.trimEnd().split("\n")).toEqual(names);
  },
);
