import type { OpenDatasetOptions } from "./dataset-options.ts";
import { openDigits } from "./drawn/digits.ts";
import { openGratings } from "./drawn/gratings.ts";
import type { ImageSet } from "./examples/image-set.ts";
import { openShapes } from "./drawn/shapes.ts";

/** An archive on the network, and what it must be. */
export interface DatasetArchive {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The variable of the environment that names another place. */
  readonly variable: string;
}

/** A data set that is known by name: either opened at once, or an archive to be opened as any other. */
export interface NamedDataset {
  readonly summary: string;
  readonly open?: (options: OpenDatasetOptions) => ImageSet;
  readonly archive?: DatasetArchive;
  /** The learning rate that suits it, where it is not the usual one. */
  readonly rate?: number;
  /** What a model that was trained on it is called, where the set's own name does not say it. */
  readonly modelFile?: string;
}

/**
 * Microsoft's archive of cats and dogs (Asirra, 2007), which TensorFlow Datasets fetches as well.
 * `STRIATE_CATS_VS_DOGS_URL` or the option `url` names another place.
 */
export const catsVsDogs: DatasetArchive = {
  url: "https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/kagglecatsanddogs_5340.zip",
  bytes: 824_887_076,
  sha256: "b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9",
  variable: "STRIATE_CATS_VS_DOGS_URL",
};

/** The data sets that go by a name. */
export const namedDatasets: Readonly<Record<string, NamedDataset>> = {
  cats_vs_dogs: {
    summary: "25,000 photos of cats and dogs, 825 MB, downloaded once",
    archive: catsVsDogs,
    modelFile: "cat_vs_dog.h5",
  },
  digits: {
    summary: "handwritten digits that striate draws itself, as MNIST, no download",
    rate: 1e-3,
    open: ({ size = [28, 28], channels, seed, count }) =>
      openDigits({ size, channels, seed: seed ?? 1, ...(count !== undefined && { count }) }),
  },
  gratings: {
    summary: "sine gratings of six directions that striate draws itself, no download",
    rate: 1e-3,
    open: ({ size = [64, 64], channels, seed, count }) =>
      openGratings({ size, channels, seed: seed ?? 1, ...(count !== undefined && { count }) }),
  },
  shapes: {
    summary: "coloured shapes that striate draws itself, no download",
    // To be learned in a minute.
    rate: 1e-3,
    open: ({ size = [64, 64], channels, seed, count }) =>
      openShapes({ size, channels, seed: seed ?? 1, ...(count !== undefined && { count }) }),
  },
};

/** What a command takes as data, for its help. */
export const dataHelp = `${Object.keys(namedDatasets).join(", ")}, a folder or zip of class folders, or a list of addresses (.txt)`;

/** The record of a data set that goes by a name; undefined of a path. */
export const namedDataset = (name: string): NamedDataset | undefined =>
  Object.hasOwn(namedDatasets, name) ? namedDatasets[name] : undefined;
