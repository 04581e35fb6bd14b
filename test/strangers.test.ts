import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { float32, leftOut, loadModel, readImage } from "../src/index.ts";

// Heads and fronts as strangers' files have them (fixtures/strangers-*.py): the
// numbers are those of ONNX Runtime, scikit-learn, Keras and TensorFlow for the same photo, prepared as the file says.

interface Case {
  file: string;
  p: number[];
  names: string[];
}

const fixture = (name: string) =>
  fileURLToPath(new URL(`../fixtures/data/strangers/${name}`, import.meta.url));
const photo = () => readImage(fixture("photo.png"));
const cases = [
  "onnx.json",
  "keras.json",
  "tensorflow.json",
  "more.json",
  "tfjs.json",
  "layers.json",
].flatMap((name) => JSON.parse(readFileSync(fixture(name), "utf8")) as Case[]);

it.each(cases)("$file is told as the tool that made it tells it", async ({ file, p, names }) => {
  const model = await loadModel(fixture(file));
  const isNamed = /^class /.test(names[0]!) || model.network.labels !== undefined;
  const scores = await model.classify(await photo(), isNamed ? undefined : names);
  expect(scores.map(({ label }) => label).sort()).toEqual([...names].sort());
  for (const { label, score } of scores)
    expect(Math.abs(score - p[names.indexOf(label)]!), label).toBeLessThan(2e-5);
  await model.dispose();
});

it("a number that the file does not explain is called a guess", async () => {
  const { readPrediction, formatPrediction } = await import("../src/model/head/prediction.ts");
  const model = await loadModel(fixture("fitted.keras"));
  const network = { ...model.network, intended: {} };
  const outputs = await model.predictAll(await photo());
  const prediction = readPrediction(network, outputs, ["cat", "dog"]);
  expect(formatPrediction(prediction!)).toMatch(
    /dog [\d.]+ %.*\(a guess: the file does not say what its one number means: taken as the logit of dog\)$/,
  );
  await model.dispose();
});

it("an input that only a lookup of words reads is asked of nobody", async () => {
  const model = await loadModel(fixture("words_beside.keras"));
  expect(model.network.inputs.map(({ name }) => name)).toEqual(["photo"]);
  expect(model.network.outputs.map(({ name }) => name)).toEqual(["mean"]);
  const [mean] = await model.predictAll(await photo());
  expect(mean!.shape).toEqual([1, 3]);
  expect(leftOut(model.network).join(" ")).toMatch(
    /StringLookup "string_lookup".*InputLayer "word": what reads it is not run/,
  );
  await model.dispose();
});

it("a model whose layers are not trained here is measured all the same", async () => {
  const model = await loadModel(fixture("odd_layers.keras"));
  const measure = model.measure();
  const batch = {
    x: { [model.network.inputs[0]!.name]: float32([1, 24, 24, 3], new Array(1728).fill(100)) },
    y: float32([1, 1], [1]),
    ids: ["grey"],
  };
  const loss = await measure.lossFor(["a", "b", "c", "d"]);
  const batches = (async function* () {
    yield await Promise.resolve(batch);
  })();
  for await (const { outputs, logs } of measure.over(batches, loss))
    expect(logs().loss).toBeCloseTo(-Math.log(outputs[1]!), 5);
  await model.dispose();
});

it("a path in the place of a photo gets a sentence", async () => {
  const model = await loadModel(fixture("fitted.keras"));
  // What someone writes who has no types.
  const given = fixture("photo.png") as unknown as Awaited<ReturnType<typeof photo>>;
  await expect(model.classify(given)).rejects.toThrow(/expected a photo \(await readImage/);
  await model.dispose();
});
