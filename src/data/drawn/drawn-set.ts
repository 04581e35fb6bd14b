import { Random } from "../../base/random.ts";
import { cachedSource } from "../examples/cached-source.ts";
import type { ExampleSource } from "../examples/example.ts";
import { ImageSet } from "../examples/image-set.ts";
import { lumaOf } from "../pictures/image.ts";

export interface DrawnSetOptions {
  /** [height, width] of every picture. */
  readonly size?: readonly [number, number];
  /** 3 for colours, 1 for grey pictures. */
  readonly channels?: 1 | 3 | undefined;
  /** Pictures in the split `train`; a quarter as many more are in `test`. */
  readonly count?: number;
  readonly seed?: number;
}

/** Pictures that are drawn by a program. */
export interface DrawnSet {
  readonly name: string;
  readonly classNames: readonly string[];
  /** RGB bytes of one picture of a class, row by row. All chance comes from `random`. */
  draw(label: number, size: readonly [number, number], random: Random): Uint8Array;
}

/** A set that striate draws itself, its classes in turn. The same seed draws the same pictures. */
export function openDrawnSet(
  { name, classNames, draw }: DrawnSet,
  { size, channels, count, seed }: Required<DrawnSetOptions>,
): ImageSet {
  const total = count + Math.ceil(count / 4);
  const labelOf = (index: number) => index % classNames.length;
  const drawn: ExampleSource = {
    length: total,
    shape: [size[0], size[1], channels!],
    classNames: [...classNames],
    label: labelOf,
    id: (index) => `${name}/${classNames[labelOf(index)]!}/${index}`,
    read(index) {
      const data = draw(labelOf(index), size, new Random(seed, index));
      const [height, width] = size;
      return channels === 3 ? data : lumaOf({ data, width, height });
    },
    skipped: [],
    close: () => Promise.resolve(),
  };
  // Drawing again in every epoch costs more than keeping.
  const source = cachedSource(drawn, { memory: 2 ** 29 });
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  const splits = new Map([
    ["train", range(0, count)],
    ["test", range(count, total)],
  ]);
  return new ImageSet({ name, source, splits, seed });
}
