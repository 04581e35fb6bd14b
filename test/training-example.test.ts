import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { emptyFolder } from "./command-line.ts";

describe("the tutorial in TypeScript", () => {
  test("trains on shapes, saves, and draws what the layers see, in under 50 lines", () => {
    const example = fileURLToPath(new URL("../examples/tutorial.ts", import.meta.url));
    const photo = fileURLToPath(new URL("../dist/demo/dog.jpg", import.meta.url));
    const folder = emptyFolder();
    const run = spawnSync(
      process.execPath,
      ["--import", "tsx", example, "shapes", "1", "96", folder, photo],
      { encoding: "utf8", cwd: dirname(example) },
    );
    expect(run.stderr).toBe("");
    expect(run.stdout).toContain("Total params: 3,457,225");
    expect(run.stdout.match(/^epoch 1\/1 2\/2 .* val_loss/gm)).toHaveLength(1);
    expect(run.stdout).toContain("label: 'blue circle'");
    expect(readdirSync(folder).sort()).toEqual([
      "conv2d.png",
      "conv2d_1.png",
      "conv2d_2.png",
      "conv2d_3.png",
      "history.png",
      "log.csv",
      "model.h5",
    ]);
    expect(readFileSync(example, "utf8").trimEnd().split("\n").length).toBeLessThan(50);
  });
});
