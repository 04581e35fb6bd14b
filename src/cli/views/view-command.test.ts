import { readFileSync, readdirSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { field } from "../../base/fields.ts";
import { float32 } from "../../base/tensor.ts";
import { readNpz } from "../../formats/npz.ts";
import { type AnyView, defineView } from "../../views/define-view.ts";
import { flagsOf, parseFlags } from "../flags.ts";
import { checkTaken, givenOf } from "./given.ts";
import { mergedFields } from "../../views/merged-fields.ts";
import { viewCommand } from "./view-command.ts";

const model = fileURLToPath(new URL("../../../models/cat_vs_dog.h5", import.meta.url));

/** A view that says back what it was asked. */
const echo = (id: string, steps: number) =>
  defineView({
    id,
    title: id,
    family: "inside",
    summary: "Says back what it was asked",
    takes: "network",
    command: { name: id, words: ["place"] },
    asks: {
      place: field.string("nowhere", { help: "where" }),
      steps: field.int(steps, { min: 1, help: "how many" }),
    },
    shows: { loud: field.boolean(false, { help: "in large letters" }) },
    compute: ({ running, seed }, _none, asks) =>
      Promise.resolve({ layers: running.network.layers.length, seed, ...asks }),
    words: ({ place, steps: count }) => ({ caption: "Echo.", lines: [`${count} at ${place}`] }),
    json: (result) => result,
    arrays: ({ steps: count }) => [["echo/steps", float32([1], [count])]],
    *draw(_result, _none, { loud }) {
      yield {
        name: loud ? "LOUD" : "quiet",
        picture: { width: 4, height: 4, background: "#ffffff", marks: [] },
      };
    },
  }) as AnyView;

async function run(view: AnyView, args: readonly string[], flags: Record<string, unknown>) {
  const out = await mkdtemp(join(tmpdir(), "striate-view-"));
  const lines: string[] = [];
  const command = viewCommand(view);
  const options = parseFlags(command.fields, { out, ...flags });
  await command.run(args, options, {
    out: (text) => void lines.push(text),
    text: (text) => void lines.push(text),
    err: (text) => void lines.push(text),
    raw: () => undefined,
    status: () => undefined,
    terminal: { isTty: false, columns: 80, width: 80 },
    env: {},
  });
  return { out, lines };
}

describe("the command of a view", () => {
  it("has the flags of its record, and words for what stands without a flag", () => {
    const command = viewCommand(echo("echo", 3));
    expect(command.arguments.map(({ name }) => name)).toEqual(["<file>", "<place>"]);
    const flags = flagsOf(command.fields);
    expect(flags.map(({ notation }) => notation)).toEqual(
      expect.arrayContaining(["--steps <n>", "--loud", "--numbers <file>", "--seed <n>"]),
    );
    expect(flags.find(({ key }) => key === "steps")!.help).toBe("how many [3]");
    expect(flags.some(({ key }) => key === "place")).toBe(false);
  });

  it("says the answer, and writes the pictures and the numbers", async () => {
    const { out, lines } = await run(echo("echo", 3), [model, "here"], {});
    expect(lines[0]).toBe("3 at here");
    expect(readdirSync(out)).toEqual(["quiet.png"]);
    const numbers = join(out, "n.npz");
    const data = await run(echo("echo", 3), [model, "there"], {
      steps: "5",
      loud: true,
      seed: "9",
      numbers,
      json: true,
    });
    expect(JSON.parse(data.lines.join("\n"))).toMatchObject({
      layers: expect.any(Number) as number,
      place: "there",
      steps: 5,
      seed: 9,
      files: [join(data.out, "LOUD.png")],
    });
    const arrays = await readNpz(readFileSync(numbers), "n.npz");
    expect([...arrays.get("echo/steps")!.data]).toEqual([5]);
  });
});

describe("the flags of several views", () => {
  const views = [echo("first", 3), echo("second", 7)];
  const fields = mergedFields(views);

  it("leave each view its own default", async () => {
    expect(fields.steps!.help).toBe("how many");
    expect(await givenOf(views[0]!.asks, parseFlags(fields, {}))).toEqual({});
    expect(await givenOf(views[0]!.asks, parseFlags(fields, { steps: "4" }))).toEqual({ steps: 4 });
    expect(() => parseFlags(fields, { steps: "0" })).toThrow("--steps: expected");
  });

  it("name the views that have them, and refuse what no chosen one takes", () => {
    const alone = { ...echo("alone", 1), asks: { depth: field.int(2, { help: "how deep" }) } };
    const all = mergedFields([...views, alone as AnyView]);
    expect(all.depth!.help).toBe("how deep; of alone [2]");
    expect(() => checkTaken(views, all, parseFlags(all, { depth: "3" }))).toThrow(
      "--depth: first, second do not take it",
    );
    expect(() => checkTaken(views, all, parseFlags(all, { loud: true }))).not.toThrow();
  });
});
