import type { Preprocessing } from "../data/pictures/preprocess.ts";
import type { Image } from "../data/pictures/image.ts";
import type { ImageSet } from "../data/examples/image-set.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Network } from "../model/network.ts";
import type { PreprocessingChoice } from "../model/photo/photo-input.ts";
import { prepareDecoded } from "../model/photo/prepare-photo.ts";
import type { RunningNetwork } from "../model/running.ts";
import type { DatasetSubject, PhotoSubject, Subjects, Takes } from "../views/subject.ts";
import { datasetSubject } from "./dataset-subject.ts";
import { type ModelInput, isImage } from "./model-input.ts";
import { wrongArgument } from "./sources.ts";

/** The part of a model that a view needs. */
export interface ViewedModel {
  readonly name: string;
  readonly network: Network;
  readonly running: RunningNetwork;
  feeds(input: ModelInput, choice?: PreprocessingChoice): Record<string, Tensor>;
  preprocessing(choice?: PreprocessingChoice): Preprocessing;
}

/** What `model.view` takes, by what the view takes. */
export interface ViewInputs {
  photo: ModelInput;
  "maybe-photo": ModelInput | undefined;
  photos: ModelInput | readonly Image[];
  /** A set as `openDatasetFor` opens it, or photos with their classes that the caller makes. */
  dataset: ImageSet | DatasetSubject;
  network: undefined;
  /** The other network, and the photo for both. */
  pair: { other: ViewedModel; photo: ModelInput };
}

export interface SubjectOptions {
  /** How a photo is prepared, where it is not to be as the model says. */
  readonly preprocessing?: PreprocessingChoice;
  /** For titles and file names; the photo's file name by default. */
  readonly name?: string;
  /** Words for the classes; the model's own by default. */
  readonly labels?: readonly string[];
  /** Part of a data set, as `test` or `train[80%:]`; all of it by default. */
  readonly split?: string;
  /** The first pictures of a data set only. */
  readonly limit?: number;
}

/** A photo or tensors as a view gets them. */
export function photoSubject(
  model: ViewedModel,
  input: ModelInput,
  options: SubjectOptions = {},
): PhotoSubject {
  const { preprocessing, labels } = options;
  const words = labels ? { labels } : {};
  if (!isImage(input)) {
    const inputs = model.feeds(input, preprocessing);
    return { inputs, ...words, name: options.name ?? "input", preparation: "tensors as they are" };
  }
  const prepared = prepareDecoded(model.network, input, preprocessing);
  return {
    ...words,
    inputs: prepared.feeds,
    ...(preprocessing && { choice: preprocessing }),
    name: options.name ?? stemOf(input.origin.name),
    preparation: prepared.words,
    photo: prepared.photo,
    place: prepared.place,
  };
}

/** `rocky` of `photos/rocky.jpg`. */
function stemOf(file: string): string {
  return file.replace(/^.*[/\\]/, "").replace(/(.)\.\w+$/, "$1");
}

/** The subject of any view, from what its user has. */
export function subjectOf(
  model: ViewedModel,
  takes: Takes,
  input: ViewInputs[Takes],
  options: SubjectOptions,
): Subjects[Takes] {
  if (input === undefined || takes === "network") return undefined;
  if (takes === "dataset") {
    if (isOf<DatasetSubject>(input, "photos")) return input;
    if (!isOf<ImageSet>(input, "classNames"))
      return wrongArgument(model.name, 'a data set (await openDataset("photos/"))', input);
    return datasetSubject(model.network, input, { ...options, ...options.preprocessing });
  }
  if (takes === "pair") {
    if (!isOf<ViewInputs["pair"]>(input, "other") || !isOf<ViewedModel>(input.other, "running"))
      return wrongArgument(model.name, "{ other, photo }, another model and a photo", input);
    const { other, photo } = input;
    const side = (of: ViewedModel) => ({
      name: of.network.origin.file ?? of.name,
      running: of.running,
      photo: photoSubject(of, photo, options),
    });
    return { a: side(model), b: side(other) };
  }
  if (takes !== "photos") return photoSubject(model, input as ModelInput, options);
  return isImages(input)
    ? input.map((image) => photoSubject(model, image, { ...options, name: undefined }))
    : [photoSubject(model, input as ModelInput, options)];
}

/** Whether an argument is what has a part of this name; the class of sets need not be loaded for it. */
const isOf = <T extends object>(input: unknown, part: keyof T & string): input is T =>
  typeof input === "object" && input !== null && part in input;

const isImages = (input: unknown): input is readonly Image[] =>
  Array.isArray(input) && input.length > 0 && input.every((each) => isImage(each as ModelInput));
