// What the four convolutions of the tutorial's network make of a photo.
//   npx tsx examples/see.ts cat_vs_dog.h5 rocky.jpg
import { activations, drawFeatureMaps, loadModel, readImage, writePng } from "striate";

const [file = "cat_vs_dog.h5", photo = "rocky.jpg", folder = "."] = process.argv.slice(2);

const model = await loadModel(file);
model.summary();

const image = await readImage(photo, { size: [150, 150] });
const prediction = await model.predict(image);
console.log("prediction", prediction.data);

for (const layer of await activations(model, image, { layers: "conv" })) {
  console.log(layer.address, layer.shape);
  await writePng(`${folder}/${layer.address}.png`, drawFeatureMaps(layer));
}
