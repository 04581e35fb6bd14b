import { type Example, type Image, exampleImage } from "striate";
import { thumbnail } from "../thumbnail.ts";
import type { Probe } from "./news.ts";

/** Pictures whose maps are looked at after every epoch, as the network takes them and for the page. */
export interface Probes {
  readonly inputs: readonly Image[];
  readonly pictures: readonly Probe[];
}

/** The most held-back pictures that are looked at, and pixels along a side of one in the page. */
const [mostHeld, shownSide] = [3, 128];

/** Some held-back pictures, of different classes. */
export async function heldProbes(held: {
  readonly classNames: readonly string[];
  epoch(number: number): AsyncIterable<Example>;
}): Promise<Probes> {
  const found = new Map<number, Image>();
  for await (const example of held.epoch(0)) {
    if (found.has(example.y)) continue;
    // What an epoch gives may be overwritten by the next one.
    found.set(example.y, exampleImage({ ...example, x: example.x.slice() }));
    if (found.size === mostHeld) break;
  }
  return {
    inputs: [...found.values()],
    pictures: [...found].map(([y, image]) => ({
      ...{ label: held.classNames[y]!, isKnown: true },
      ...thumbnail(image, shownSide),
    })),
  };
}

/** Photos of the user's: what they show nobody has said. */
export function photoProbes(photos: readonly { image: Image; name: string }[]): Probes {
  return {
    inputs: photos.map(({ image }) => image),
    pictures: photos.map(({ image, name }) => ({
      ...{ label: name, isKnown: false },
      ...thumbnail(image, shownSide),
    })),
  };
}

export const allProbes = (...some: readonly Probes[]): Probes => ({
  inputs: some.flatMap(({ inputs }) => inputs),
  pictures: some.flatMap(({ pictures }) => pictures),
});
