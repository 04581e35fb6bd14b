import { StriateError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import type { SkippedFile } from "../data/files/class-folders.ts";
import type { Image } from "../data/pictures/image.ts";
import type { PreprocessingChoice } from "../model/photo/photo-input.ts";
import type { InputPlace } from "../model/photo/prepare-photo.ts";
import type { RunningNetwork } from "../model/running.ts";

/**
 * What a view looks at. `maybe-photo` is a photo or none: the view then makes up its own input.
 * `pair` is two networks, each with the same photo as it wants it.
 */
export interface Subjects {
  readonly photo: PhotoSubject;
  readonly "maybe-photo": PhotoSubject | undefined;
  readonly photos: readonly PhotoSubject[];
  readonly dataset: DatasetSubject;
  readonly network: undefined;
  readonly pair: PairSubject;
}
export type Takes = keyof Subjects;

/** One photo, or one set of tensors, prepared for a network. Nothing of it is changed by a view. */
export interface PhotoSubject {
  /** For titles, array names and file names: the file's name without its folder and ending. */
  readonly name: string;
  /** The network's inputs in the user's layout, batch of one, by name. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** What somebody chose of its preparation, which holds for another network too. */
  readonly choice?: PreprocessingChoice;
  /** What was done to the photo, in words: `resized to 150 x 150 (bilinear); x / 255`. */
  readonly preparation: string;
  /** The photo itself, upright where its preparation turns it; absent where tensors were given. */
  readonly photo?: Image;
  /** The input that is looked at, where the network has several with places. */
  readonly photoInput?: string;
  /** Where the network's input lies on {@link PhotoSubject.photo}. */
  readonly place?: InputPlace;
  /** Words for the classes; the network's own where it is absent. */
  readonly labels?: readonly string[];
}

/** Photos with their classes, read one after the other. */
export interface DatasetSubject {
  readonly name: string;
  /** How many there are; those that turn out to be unreadable are still counted. */
  readonly length: number;
  /** How many there are in the whole set, of which this may be a range. */
  readonly whole?: number;
  /** Words for the classes, by the numbers that the photos have for theirs. */
  readonly labels?: readonly string[];
  /** Which part of a set it is: `test`, `train[80%:]`; absent where it is all of it. */
  readonly split?: string;
  /** What is done to the photos' 0..255, in the words of `parseScale`, and whether that is a guess. */
  readonly scaling?: { readonly scale: string; readonly guess: boolean };
  /** So many of the photos, spread over the set, under another scaling. */
  rescaled?(scale: string, count: number): DatasetSubject;
  /** What a person should know of it, in sentences. */
  readonly notices?: readonly string[];
  /** Files that were left out so far: those that cannot be read are known when all were asked for. */
  skipped?(): readonly SkippedFile[];
  /** Reads them from the first on, each time that it is called. */
  photos(): AsyncIterable<LabelledPhoto>;
  /** The photos from one number to another, which keep their numbers. */
  range?(from: number, to: number): DatasetSubject;
  /** A photo as its file has it, upright, by its number; undefined where there is no other than was given. */
  original?(index: number): Promise<Image | undefined>;
  /**
   * A photo that need not be of the set, as its file has it and prepared as the set's are.
   * @param place a path or an address
   * @throws StriateError where it cannot be read
   */
  other?(
    place: string,
  ): Promise<{ readonly photo: Image; readonly inputs: PhotoSubject["inputs"] }>;
  /** The network's inputs, of a picture of the size that the set's photos come in. */
  prepare?(picture: Image): PhotoSubject["inputs"];
}

export interface LabelledPhoto extends PhotoSubject {
  /** The number of its class. */
  readonly label: number;
  /** Its number in the whole set, of which a range may be read; counted from the first where it is absent. */
  readonly index?: number;
  /** The split of the set that it is of, where the set has several: `train`, `validation`, `test`. */
  readonly split?: string;
}

/** Two networks; the context's own is `a`. */
export interface PairSubject {
  readonly a: PairSide;
  readonly b: PairSide;
}

export interface PairSide {
  /** The file as the user named it. */
  readonly name: string;
  readonly running: RunningNetwork;
  readonly photo: PhotoSubject;
}

/** All photos that a subject holds; none for a network alone and for a data set, which is not held. */
export function photosOf(subject: Subjects[Takes]): readonly PhotoSubject[] {
  if (subject === undefined) return [];
  if ("inputs" in subject) return [subject];
  if ("a" in subject) return [subject.a.photo];
  return Array.isArray(subject) ? (subject as readonly PhotoSubject[]) : [];
}

/** The input in words: the file, and what was done to it. */
export function describePhoto({ photo, preparation }: PhotoSubject): string {
  return photo ? `${photo.origin.name}; ${preparation}` : preparation;
}

/** The only input tensor. @throws StriateError where the network takes several */
export function onlyInput({ inputs }: PhotoSubject): readonly [name: string, value: Tensor] {
  const entries = Object.entries(inputs);
  if (entries.length !== 1)
    throw new StriateError(
      `this view needs a network with one input, and this one takes ${entries.length}: ${Object.keys(inputs).join(", ")}`,
    );
  return entries[0]!;
}
