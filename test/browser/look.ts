// What someone writes who looks into a network from a page: files in, numbers and a picture out.
import { activations, drawArchitecture, drawFeatureMaps } from "striate";
import { float32, loadModel, readImage, toPng } from "striate";

/** All that is compared of a model, given as the files of it, and of two photos. */
export async function look(files: File[], photoFile: File, otherFile: File) {
  const model = await loadModel(files);
  const photo = await readImage(photoFile);
  const layers = await activations(model, photo, { layers: "all" });
  const convolutions = layers.filter(
    ({ hasMaps, className }) => hasMaps && /conv/i.test(className),
  );
  const wrt = convolutions.at(-1)!.address;
  const slopes = await model.gradient(photo, { of: { output: 0, index: 0 }, wrt });
  const byInput = { of: { output: 0, index: 0 } };
  const pixels = await model.gradient(await readImage(otherFile), byInput);
  const maps = convolutions[0]!;
  const png = await toPng(drawFeatureMaps(maps));
  const drawing = await toPng(drawArchitecture(model.network));
  const loss = model.keras && (await trainOnce());
  await model.dispose();
  const tensors = layers.map(({ tensor }) => tensor);
  return { photo, layers: tensors, slopes, pixels, maps, png, drawing, loss };

  /** One step on the photo as an example of the second class. */
  async function trainOnce(): Promise<number> {
    await model.compile({ optimizer: "sgd", loss: "binaryCrossentropy", seed: 1 });
    const [x] = Object.values(model.feeds(photo));
    return (await model.trainOnBatch(x!, float32([1, 1], [1])))["loss"]!;
  }
}
