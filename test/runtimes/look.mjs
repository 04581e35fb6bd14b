// What a program makes of the library, as `RUNTIME look.mjs ROOT` runs it in a folder where striate is installed.
import { activations, drawFeatureMaps, float32, loadModel, readImage, toPng } from "striate";
import { layers, sequential } from "striate";

const root = process.argv[2];
const model = await loadModel(`${root}/models/cat_vs_dog.h5`);
const photo = await readImage(`${root}/dist/demo/dog.jpg`);
const maps = await activations(model, photo, { layers: "conv" });
const gradient = await model.gradient(photo, { of: { output: 0, index: 0 } });
const png = await toPng(drawFeatureMaps(maps[0]));
await model.dispose();

const small = sequential(
  [layers.flatten({ inputShape: [4, 4, 1] }), layers.dense({ units: 1, activation: "sigmoid" })],
  { seed: 1 },
);
await small.compile({ optimizer: "adam", loss: "binaryCrossentropy", seed: 1 });
const x = float32(
  [8, 4, 4, 1],
  Float32Array.from({ length: 128 }, (_, i) => ((i * 7) % 13) / 13),
);
const y = float32([8, 1], [0, 1, 0, 1, 0, 1, 0, 1]);
const { history } = await small.fit({ x, y }, { epochs: 2, batchSize: 4, verbose: false });
await small.dispose();

const sum = (data) => data.reduce((total, value) => total + Math.abs(value), 0);
console.log(
  JSON.stringify({
    maps: maps.map(({ address, values }) => [address, sum(values)]),
    gradient: sum(gradient.data),
    png: Buffer.from(png).toString("base64"),
    loss: history.loss,
  }),
);
