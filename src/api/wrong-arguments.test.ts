import { expect, it } from "vitest";
import { noiseFeeds } from "../model/photo/noise-input.ts";
import { runtime } from "../runtime/node/index.ts";
import { networkKinds } from "../../test/network-kinds.ts";
import { censusView, diffView, gradCamView } from "../views/index.ts";
import { loadModel } from "./load-model.ts";
import { Model } from "./model.ts";
import { openDataset } from "./open-dataset.ts";
import { readImage } from "./read-image.ts";
import { activations } from "./see.ts";

// What only who writes plain JavaScript can do wrong: types tell the others.
it("arguments of another form are answered in a sentence", async () => {
  const model = new Model({ network: await networkKinds[0]!.open() }, runtime, { threads: 1 });
  const feeds = noiseFeeds(model.network, 1);
  await expect(model.classify(undefined as never)).rejects.toThrow("expected a photo (await");
  const labels = { labels: ["cat", "dog"] } as never;
  await expect(model.classify(feeds, labels)).rejects.toThrow(
    `expected a list of the classes' names (["cat", "dog"]); got an object with labels`,
  );
  await expect(readImage(new Uint8Array(1), { size: 150 as never })).rejects.toThrow(
    "size: expected [height, width], as in { size: [150, 150] }; got number 150",
  );
  const misspelt = { layer: "conv" } as never;
  await expect(activations(model, feeds, misspelt)).rejects.toThrow(
    'activations: unknown option "layer"; nearest: layers',
  );
  await expect(readImage(new Uint8Array(1), { sise: [9, 9] } as never)).rejects.toThrow(
    'readImage: unknown option "sise"; nearest: size',
  );
  for (const wrong of ["photos/", 42, {}])
    await expect(model.view(censusView, wrong as never)).rejects.toThrow(
      'expected a data set (await openDataset("photos/")); got ',
    );
  for (const wrong of ["other.h5", { other: "other.h5", photo: feeds }])
    await expect(model.view(diffView, wrong as never)).rejects.toThrow(
      "expected { other, photo }, another model and a photo; got ",
    );
  await model.dispose();
});

it("options that nobody reads are named, with the nearest that there are", async () => {
  const model = new Model({ network: await networkKinds[0]!.open() }, runtime, { threads: 1 });
  const feeds = noiseFeeds(model.network, 1);
  const unknown = (name: string) => ({ [name]: 1 }) as never;
  const said = [
    [activations(model, feeds, unknown("layer")), 'activations: unknown option "layer"'],
    [
      readImage(new Uint8Array(1), unknown("width")),
      'readImage: unknown option "width"; nearest: ',
    ],
    [loadModel("no.h5", unknown("thread")), 'loadModel: unknown option "thread"; nearest: threads'],
    [openDataset("shapes", unknown("limit")), 'openDataset: unknown option "limit"'],
    [model.gradient(feeds, unknown("target")), 'gradient: unknown option "target"'],
    [model.predict(feeds, unknown("rescale")), 'preprocessing: unknown option "rescale"'],
    [
      model.view(gradCamView, feeds, {}, unknown("layer")),
      'view (grad-cam): unknown option "layer"',
    ],
    [model.fit({} as never, unknown("batch_size")), 'fit: unknown option "batch_size"; nearest: '],
    [model.evaluate({} as never, unknown("verbose")), 'evaluate: unknown option "verbose"'],
    [model.compile(unknown("metric")), 'compile: unknown option "metric"; nearest: metrics'],
    [model.save("a.h5", unknown("overwrite")), 'save: unknown option "overwrite"'],
  ] as const;
  for (const [answer, sentence] of said) await expect(answer, sentence).rejects.toThrow(sentence);
  await model.dispose();
});
