// The whole tutorial: train a small network on pictures, save it, and look at what its layers see.
//   npx tsx examples/tutorial.ts cats_vs_dogs
import { activations, callbacks, drawFeatureMaps, drawHistory, layers, loadModel } from "striate";
import { openDataset, optimizers, readImage, sequential, writePng } from "striate";

const [data = "shapes", epochs = "10", pictures = "Infinity", folder = "."] = process.argv.slice(2);
const size = [150, 150] as const;

// The pictures: four fifths to train on, one fifth to validate with.
const set = await openDataset(data, { size });
const { train, validation } = set.trainAndValidation(0.2);
const batching = { scale: "1/255", layout: "NCHW" } as const;
const training = train.take(Number(pictures)).shuffle(2048, { seed: 1 }).batch(64, batching);

// The network: four convolutions, and a head with a unit for each class.
const conv = { kernelSize: 3, activation: "relu" };
const model = sequential([
  layers.conv2d({ filters: 32, ...conv, inputShape: [...size, 3] }),
  layers.maxPooling2d(),
  layers.conv2d({ filters: 64, ...conv }),
  layers.maxPooling2d(),
  layers.conv2d({ filters: 128, ...conv }),
  layers.maxPooling2d(),
  layers.conv2d({ filters: 128, ...conv }),
  layers.maxPooling2d(),
  layers.flatten(),
  layers.dropout({ rate: 0.5 }),
  layers.dense({ units: 512, activation: "relu" }),
  layers.dense({ units: set.classNames.length, activation: "softmax" }),
]);
model.summary();

const optimizer = optimizers.rmsprop({ learningRate: 1e-4 });
await model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
const history = await model.fit(training.prefetch(1), {
  epochs: Number(epochs),
  validationData: validation.take(Number(pictures)).batch(64, batching),
  callbacks: [callbacks.csvLogger(`${folder}/log.csv`)],
});
await writePng(`${folder}/history.png`, drawHistory(history));
await model.save(`${folder}/model.h5`);

// What its four convolutions make of a photo.
const trained = await loadModel(`${folder}/model.h5`);
const photo = await readImage(process.argv[6] ?? "rocky.jpg", { size });
console.log(await trained.classify(photo));
for (const layer of await activations(trained, photo, { layers: "conv" }))
  await writePng(`${folder}/${layer.address}.png`, drawFeatureMaps(layer));
