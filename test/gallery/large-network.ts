import { convertModel, layers, sequential } from "striate";

/** A network of a thousand layers in five nested models, as a file of Keras. */
export async function largeNetwork(): Promise<Uint8Array> {
  const stage = (number: number) => {
    const inputShape = [24, 24, number === 0 ? 3 : 4];
    const conv = { filters: 4, kernelSize: 1 };
    return sequential(
      [
        layers.conv2d({ ...conv, inputShape, name: `stage${number}_conv0` }),
        ...Array.from({ length: 199 }, (_, i) =>
          i % 2 === 1
            ? layers.conv2d({ ...conv, name: `stage${number}_conv${i + 1}` })
            : layers.activation({ activation: "relu", name: `stage${number}_relu${i + 1}` }),
        ),
      ],
      { name: `stage${number}` },
    );
  };
  const network = sequential([
    ...[0, 1, 2, 3, 4].map(stage),
    layers.globalAveragePooling2d(),
    layers.dense({ units: 2, activation: "softmax" }),
  ] as Parameters<typeof sequential>[0]);
  const [file] = await convertModel(await network.contents(), "large.h5");
  return file!.bytes;
}
