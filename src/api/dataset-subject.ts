import type { Example } from "../data/examples/example.ts";
import { examplePixels } from "../data/pictures/example-pixels.ts";
import type { ByteImage } from "../data/pictures/image.ts";
import { exampleImage } from "../data/pictures/example-image.ts";
import type { ImageSet } from "../data/examples/image-set.ts";
import { type Layout, applyScale, describePreprocessing } from "../data/pictures/preprocess.ts";
import { parseScale } from "../data/pictures/scale.ts";
import type { Network } from "../model/network.ts";
import { preprocessingFor } from "../model/photo/photo-input.ts";
import { guessed, placeOf } from "../model/photo/prepare-photo.ts";
import type { DatasetSubject, LabelledPhoto } from "../views/subject.ts";
import { readImage } from "./read-image.ts";

export interface DatasetSubjectOptions {
  /** Part of the set, as `test` or `train[80%:]`; all of it by default. */
  readonly split?: string | null;
  /** The first pictures only. */
  readonly limit?: number | null;
  /** What is done to 0..255; by default as the network says. */
  readonly scale?: string | null;
  /** The pictures by their numbers in the set; by default all of the split. */
  readonly indices?: Uint32Array;
}

/**
 * A set of pictures as a view of a network takes it: scaled as the network wants them, with its classes in the
 * network's order.
 *
 * @param set opened at the network's size, as `openDatasetFor` does
 * @throws StriateError when there is no such part of the set or no such scaling
 */
export function datasetSubject(
  network: Network,
  set: ImageSet,
  { split, limit, scale: wanted, indices: given }: DatasetSubjectOptions = {},
): DatasetSubject {
  const { how, input, scaleFrom } = preprocessingFor(network, wanted ? { scale: wanted } : {});
  const { order, notice } = labelOrder(network.labels, set.classNames);
  const whole = given ?? set.indices(split ?? undefined);
  const indices = whole.subarray(0, Math.min(limit ?? Infinity, whole.length));
  const [height, width] = set.shape;
  const guess = scaleFrom === "default";
  const preparation = describePreprocessing(
    { ...how, size: [height, width] },
    guess ? guessed : undefined,
  );
  const scale = parseScale(how.scale);
  const { name: port } = input.port;
  const prepared = (example: Example, index: number): LabelledPhoto => {
    const photo = exampleImage(example, set.originalSize(example.index!));
    const part = set.splits.size > 1 ? set.splitOf(example.index!) : undefined;
    return {
      index,
      ...(part !== undefined && { split: part }),
      name: example.id,
      inputs: { [port]: scaled(example, scale, input.layout) },
      preparation,
      photo,
      place: placeOf(photo, [height, width]),
      label: order.indexOf(example.y),
    };
  };
  const range = (from: number, to: number): DatasetSubject => ({
    name: set.name,
    length: to - from,
    whole: indices.length,
    labels: order.map((label) => set.classNames[label]!),
    ...(split && { split }),
    scaling: { scale: how.scale, guess },
    notices: notice ? [notice] : [],
    skipped: () => set.skipped,
    rescaled(other, count) {
      const own = indices.subarray(from, to);
      const some = own.filter(
        (_, i) =>
          Math.floor((i * count) / own.length) !== Math.floor(((i - 1) * count) / own.length),
      );
      return datasetSubject(network, set, { split: split ?? null, scale: other, indices: some });
    },
    async *photos() {
      let at = from;
      for await (const example of set.dataset(indices.subarray(from, to)).epoch(0)) {
        // Those that cannot be read are left out.
        while (indices[at] !== example.index) at++;
        yield prepared(example, at++);
      }
    },
    range: (first, last) => range(from + first, from + last),
    original: (index) => set.original(indices[index]!),
    prepare: ({ data }) => {
      // A grey picture has the same value in all three colours.
      const x = set.shape[2] === 3 ? data : data.filter((_, i) => i % 3 === 0);
      return { [port]: scaled({ x, shape: set.shape }, scale, input.layout) };
    },
    async other(place) {
      const photo = (await readImage(place, { decoder: "pillow" })) as ByteImage;
      const x = examplePixels(photo, set.shape, how.resize);
      return { photo, inputs: { [port]: scaled({ x, shape: set.shape }, scale, input.layout) } };
    },
  });
  return range(0, indices.length);
}

/**
 * For each class of the network, the label that the data has for it: by name where the network has names, else
 * in order.
 */
function labelOrder(
  labels: readonly string[] | undefined,
  classNames: readonly string[],
): { order: readonly number[]; notice?: string } {
  const inOrder = classNames.map((_, i) => i);
  // Photos that are all of one class are not told apart.
  if (labels === undefined || classNames.length === 1) return { order: inOrder };
  const plain = (name: string) => name.toLowerCase().replace(/s$/, "");
  const found = labels.map((label) => classNames.findIndex((name) => plain(name) === plain(label)));
  if (found.every((at) => at >= 0) && new Set(found).size === classNames.length)
    return { order: found };
  return {
    order: inOrder,
    notice: `the model's classes are ${labels.join(", ")}, the data's ${classNames.join(", ")}: taken in order`,
  };
}

function scaled(
  { x, shape }: Pick<Example, "x" | "shape">,
  scale: ReturnType<typeof parseScale>,
  layout: Layout,
) {
  const [height, width, channels] = shape as readonly [number, number, 1 | 3];
  const data = new Float32Array(x.length);
  applyScale(x, scale, channels, layout, data);
  const own = layout === "NHWC" ? [1, height, width, channels] : [1, channels, height, width];
  return { type: "float32", shape: own, data } as const;
}
