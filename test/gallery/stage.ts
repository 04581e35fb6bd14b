import { readFile } from "node:fs/promises";
import { Model } from "../../src/api/model.ts";
import { photoSubject } from "../../src/api/view-subject.ts";
import { Random } from "../../src/base/random.ts";
import type { Image } from "../../src/data/pictures/image.ts";
import type { Network } from "../../src/model/network.ts";
import { openModel } from "../../src/api/open-model.ts";
import { readImage } from "../../src/api/read-image.ts";
import { runtime } from "../../src/runtime/node/index.ts";
import type { PairSide, PhotoSubject, Subjects } from "../../src/views/subject.ts";
import { networkKinds } from "../network-kinds.ts";

/** A network and something to look at, for every view. */
export interface Stage {
  readonly model: Model;
  readonly subjects: Subjects;
}

/** The test's stage: a network of a few kernels and a drawn scene, so that all pictures take seconds. */
export async function smallStage(): Promise<Stage> {
  return stageOf(await networkKinds[0]!.open(), scene(40, 32), scene(32, 32));
}

/** The docs' stage: the packaged network and the photos of the demo. */
export async function packagedStage(): Promise<Stage> {
  const root = new URL("../../", import.meta.url);
  const { network } = await openModel(new URL("models/cat_vs_dog.h5", root).pathname);
  const [dog, cat] = await Promise.all(
    ["dog", "cat"].map((animal) => {
      const file = `node_modules/${animal}-picture/${animal}.jpg`;
      return readImage(new URL(file, root).pathname);
    }),
  );
  // What is drawn for the docs says nothing of the computer that drew it.
  const origin = { ...network.origin, file: "cat_vs_dog.h5" };
  return stageOf({ ...network, labels: ["cat", "dog"], origin }, dog!, cat!, ["dog", "cat"]);
}

function stageOf(
  network: Network,
  first: Image,
  second: Image,
  [one, two]: readonly [string, string] = ["first", "second"],
): Stage {
  const model = new Model({ network }, runtime, { threads: 1 });
  const subject = (image: Image, name: string): PhotoSubject =>
    photoSubject(model, image, { name });
  const photo = subject(first, one);
  const side = (name: string): PairSide => ({ name, running: model.running, photo });
  return {
    model,
    subjects: {
      photo,
      "maybe-photo": photo,
      photos: [photo],
      network: undefined,
      pair: { a: side("network"), b: side("the same") },
      dataset: {
        name: "two photos",
        length: 2,
        async *photos() {
          yield await Promise.resolve({ ...photo, label: 1 });
          yield { ...subject(second, two), label: 0 };
        },
        original: (index) => Promise.resolve([first, second][index]),
      },
    },
  };
}

/** Sky, ground and a striped thing: edges, colours and a texture for small kernels. */
function scene(width: number, height: number): Image {
  const random = new Random(11);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 3) {
      const inside = Math.hypot(x - 0.45 * width, y - 0.55 * height) < 0.3 * height;
      const stripe = (x >> 1) % 2 === 0 ? 230 : 60;
      const ground = y > 0.7 * height;
      const color = inside ? [stripe, stripe >> 1, 30] : ground ? [60, 120, 40] : [120, 160, 220];
      color.forEach((value, i) => (data[at + i] = value + random.integer(12)));
    }
  return {
    width,
    height,
    data,
    origin: {
      name: "scene.png",
      format: "PNG",
      storedSize: [height, width],
      orientation: 1,
      oriented: true,
      steps: [],
    },
  };
}

export const readText = (path: URL): Promise<string | undefined> =>
  readFile(path, "utf8").catch(() => undefined);
