import { counted } from "striate";
import type { GivenFile } from "./dropped-files.ts";

/** Photos of one class, taken with the camera or given as files. */
export interface PhotoClass {
  readonly id: number;
  readonly name: string;
  readonly photos: readonly { readonly file: File; readonly picture: string }[];
}

/** The fewest photos of a class with which it is worth to train. */
const fewest = 5;

/** What has to be done before these classes can be trained, in a sentence; undefined where all is well. */
export function classProblem(classes: readonly PhotoClass[]): string | undefined {
  if (classes.length < 2) return "Two classes are needed at least: add one.";
  const names = classes.map(({ name }) => folderName(name));
  const nameless = names.findIndex((name) => name === "");
  if (nameless >= 0) return `Class ${nameless + 1} has no name.`;
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice) return `Two classes are called ${twice}: give one another name.`;
  const few = classes.find(({ photos }) => photos.length < fewest);
  return few && `${few.name} needs ${counted(fewest - few.photos.length, "more photo")}.`;
}

/** The photos as a folder of class folders, which is what a training takes. */
export const classFiles = (classes: readonly PhotoClass[]): GivenFile[] =>
  classes.flatMap(({ name, photos }) =>
    photos.map(({ file }, i) => ({
      file,
      path: `photos/${folderName(name)}/${String(i + 1).padStart(4, "0")}-${file.name}`,
    })),
  );

/** A name as a folder may have it. */
const folderName = (name: string): string =>
  name
    .replace(/[/\\]/g, "-")
    .replace(/^[.\s]+/, "")
    .trim();
