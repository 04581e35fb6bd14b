import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openModel } from "../src/api/open-model.ts";
import { bytesOf } from "../src/base/tensor.ts";
import { emptyFolder, striate } from "./command-line.ts";
import { finetuneFile } from "./finetuned.ts";

const folder = emptyFolder();
const pets = fileURLToPath(new URL("../fixtures/data/pets.zip", import.meta.url));
const model = finetuneFile("residual.onnx");
const place = (name: string) => join(folder, name);
const train = (out: string, ...more: string[]) =>
  striate([
    ...["train", pets, "--model", model, "--batch", "2", "--threads", "1", "--out", out],
    ...more,
  ]);

async function weightsIn(file: string): Promise<Map<string, Buffer>> {
  const { network } = await openModel(file);
  return new Map(
    [...network.weights].map(([address, { value }]) => [
      address,
      Buffer.from(bytesOf(network.graph.initializers.get(value)!)),
    ]),
  );
}

describe("striate train --model network.onnx", () => {
  it("gives it a new head, trains that alone, and keeps names, preprocessing and history", async () => {
    const out = place("head.onnx");
    const { code, out: said } = train(out, "--head", "new", "--epochs", "2");
    expect(code).toBe(0);
    expect(said).toMatch(/13 trainable parameters/);
    const { network } = await openModel(out);
    expect(network.labels).toEqual(["Cat", "Dog"]);
    expect(network.preprocessing).toMatchObject({ size: [12, 12], scale: "1/255" });
    expect(network.history).toMatchObject({ epoch: [0, 1] });
    expect(network.inputs[0]!.shape).toEqual(["batch", 3, 12, 12]);
    const before = await weightsIn(model);
    const after = await weightsIn(out);
    for (const [address, bytes] of before)
      if (!address.startsWith("/fc")) expect(after.get(address)).toEqual(bytes);
  });

  it("goes on where it was stopped, to the bit", async () => {
    const [whole, parts] = [place("whole.onnx"), place("parts.onnx")];
    const how = ["--head", "new", "--train", "layer2.*"];
    train(whole, ...how, "--epochs", "3");
    train(parts, ...how, "--epochs", "1");
    const { code } = train(parts, ...how, "--epochs", "3", "--resume");
    expect(code).toBe(0);
    expect(await weightsIn(parts)).toEqual(await weightsIn(whole));
    expect(readFileSync(`${place("parts")}.history.json`, "utf8")).toBe(
      readFileSync(`${place("whole")}.history.json`, "utf8"),
    );
  });

  it.each([
    ["no.h5", ["--head", "new"], /an \.h5 file holds Keras layers.*write an \.onnx file/],
    [
      "no.onnx",
      [],
      /output "logits" has 3 units, the data has 2 classes \(Cat, Dog\);.*--head new/,
    ],
    ["no.onnx", ["--head", "new", "--train", "layr2"], /no layer "layr2"; nearest: /],
  ])("%s %j: refused in a sentence, and nothing is written", (name, more, message) => {
    const { code, err } = train(place(name), ...more);
    expect(err).toMatch(message);
    expect(code).toBe(1);
    expect(existsSync(place(name))).toBe(false);
  });

  it("keeps the head of a file that was made for these classes in this order, and of no other", () => {
    const goOn = (file: string) =>
      striate([
        ...["train", pets, "--model", place(file), "--out", place("on.onnx"), "--epochs", "1"],
        ...["--batch", "4", "--threads", "1"],
      ]);
    expect(goOn("head.onnx").code).toBe(0);
    striate(["convert", place("head.onnx"), place("turned.onnx"), "--labels", "Dog,Cat"]);
    expect(goOn("turned.onnx").err).toMatch(
      /turned.onnx: its classes are Dog, Cat, those of the data Cat, Dog;.*--head new/,
    );
  });
});
