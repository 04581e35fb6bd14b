import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { networkKinds } from "../../../test/network-kinds.ts";
import { labelsBeside } from "./labels-beside.ts";

const network = await networkKinds.find(({ name }) => name === "residual, with a softmax")!.open();
const classes = Number(network.outputs[0]!.shape.at(-1));
const names = Array.from({ length: classes }, (_, i) => `kind ${i}`);

it.each([
  ["labels.txt", names.join("\n")],
  ["labels.csv", `id,name\n${names.map((name, i) => `${i},${name}`).join("\n")}`],
  ["labels.yaml", `names:\n${names.map((name) => `  - ${name}`).join("\n")}`],
  ["label_map.pbtxt", names.map((name, i) => `item { id: ${i + 1} name: '${name}' }`).join("\n")],
  ["class_indices.json", JSON.stringify(Object.fromEntries(names.map((name, i) => [name, i])))],
])("names in %s beside a model are its classes", async (file, text) => {
  const folder = mkdtempSync(join(tmpdir(), "striate-labels-"));
  writeFileSync(join(folder, file), text);
  expect(await labelsBeside(join(folder, "model.h5"), network)).toEqual(names);
  writeFileSync(join(folder, file), "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine");
  expect(await labelsBeside(join(folder, "model.h5"), network)).toBeUndefined();
});
