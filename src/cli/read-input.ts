import { basename, extname } from "node:path";
import { StriateError, UsageError } from "../base/errors.ts";
import { nearestNames } from "../base/names.ts";
import { type Tensor, reshape } from "../base/tensor.ts";
import type { Model } from "../api/model.ts";
import { type SubjectOptions, photoSubject } from "../api/view-subject.ts";
import { readNpy } from "../formats/npy.ts";
import { readNpz } from "../formats/npz.ts";
import type { Port } from "../model/network.ts";
import { type PreprocessingChoice, preprocessingFor } from "../model/photo/photo-input.ts";
import { prepareDecoded } from "../model/photo/prepare-photo.ts";
import { readFileBytes } from "../node/files/files.ts";
import type { PhotoSubject } from "../views/subject.ts";
import { readPhoto } from "./photos.ts";

export type ReadSubjectOptions = Pick<SubjectOptions, "name" | "labels"> & {
  /** `NAME=FILE` for inputs by name, beside what the path holds. */
  readonly inputs?: readonly string[];
};

/**
 * The input of a command as a file: a photo, prepared as the model says; an `.npy`, or an `.npz` with one
 * array for each input, as they are.
 *
 * @param path undefined where all inputs are given by name
 */
export async function readSubject(
  model: Model,
  path: string | undefined,
  choice: PreprocessingChoice,
  options: ReadSubjectOptions = {},
): Promise<PhotoSubject> {
  const { inputs: named = [], ...given } = options;
  if (named.length > 0) return readNamed(model, named, path, choice, given);
  if (path === undefined)
    throw new UsageError("give a photo (or .npy, .npz), or --input NAME=FILE for each input");
  if (isArrays(path)) {
    const tensors = feedsFrom(model.network.inputs, await readArrays(path), path);
    const name = given.name ?? stemOf(path);
    return {
      ...photoSubject(model, tensors, { ...given, name }),
      preparation: `${path}, as it is`,
    };
  }
  const how = model.preprocessing(choice);
  const image = await readPhoto(path, { orient: how.orient, resize: how.resize });
  return photoSubject(model, image, { ...given, preprocessing: choice });
}

/** Inputs by name, each a photo, an `.npy` or an `.npz`; the file without a name is for what is left. */
async function readNamed(
  model: Model,
  named: readonly string[],
  path: string | undefined,
  choice: PreprocessingChoice,
  { name, labels }: Pick<SubjectOptions, "name" | "labels">,
): Promise<PhotoSubject> {
  const { network } = model;
  const files = new Map(named.map((text) => splitNamed(text, network.inputs)));
  const open = network.inputs.filter((port) => !files.has(port.name));
  if (path !== undefined && open.length === 0)
    throw new UsageError(`${path}: every input has its --input already; leave one of them out`);
  const parts: Partial<PhotoSubject>[] = [];
  for (const [input, file] of files) parts.push(await readOne(model, input, file, choice, [input]));
  if (path !== undefined)
    parts.push(
      await readOne(
        model,
        "",
        path,
        choice,
        open.map((port) => port.name),
      ),
    );
  const inputs = Object.fromEntries(parts.flatMap(({ inputs = {} }) => Object.entries(inputs)));
  const missing = network.inputs.filter((port) => !Object.hasOwn(inputs, port.name));
  if (missing.length > 0)
    throw new UsageError(
      `the network has ${network.inputs.length} inputs; --input is missing for ${missing.map((port) => `"${port.name}"`).join(", ")}`,
    );
  // The photo that stands on the sheets is the one that came without a name, or else the first.
  const photo = parts.toReversed().find((part) => part.photo);
  const { photoInput } = photo ?? (path === undefined ? {} : parts.at(-1)!);
  return {
    inputs,
    name: name ?? photo?.name ?? stemOf(path ?? [...files.values()][0]!),
    preparation: parts.map((part) => part.preparation).join("; "),
    ...(labels ? { labels } : {}),
    ...(photo?.photo ? { photo: photo.photo } : {}),
    ...(photo?.place ? { place: photo.place } : {}),
    ...(photoInput === undefined ? {} : { photoInput }),
  };
}

/** `meta=table.npy`: the first `=` behind which the name of an input ends. */
function splitNamed(text: string, ports: readonly Port[]): [name: string, file: string] {
  const names = ports.map((port) => port.name);
  const known = names.find((name) => text.startsWith(`${name}=`));
  const name = known ?? text.slice(0, Math.max(0, text.indexOf("=")));
  const file = text.slice(name.length + 1);
  if (name === "" || file === "")
    throw new UsageError(`--input: expected NAME=FILE, got "${text}"`);
  if (known === undefined)
    throw new UsageError(
      `--input: the network has no input "${name}"; nearest: ${nearestNames(name, names).join(", ")}`,
    );
  return [name, file];
}

/** One file, for the inputs of the given names. */
async function readOne(
  model: Model,
  label: string,
  file: string,
  choice: PreprocessingChoice,
  names: readonly string[],
): Promise<Partial<PhotoSubject>> {
  const { network } = model;
  const name = stemOf(file);
  const said = label === "" ? "" : `${label}: `;
  if (isArrays(file)) {
    const ports = network.inputs.filter((port) => names.includes(port.name));
    const inputs = feedsFrom(ports, await readArrays(file), file);
    const preparation = `${said}${file}, as it is`;
    return { inputs, name, preparation, ...(names.length === 1 && { photoInput: names[0] }) };
  }
  const others = new Set(network.inputs.map((port) => port.name));
  for (const each of names) others.delete(each);
  const { how } = preprocessingFor(network, choice, others);
  const image = await readPhoto(file, { orient: how.orient, resize: how.resize });
  const { feeds, words, photo, place } = prepareDecoded(network, image, choice, others);
  const preparation = `${said}${words}`;
  const [photoInput] = Object.keys(feeds);
  return { inputs: feeds, name, preparation, photoInput, photo, place };
}

const isArrays = (path: string): boolean => /^\.np[yz]$/i.test(extname(path));
const stemOf = (path: string): string => basename(path, extname(path));

async function readArrays(path: string): Promise<ReadonlyMap<string, Tensor>> {
  const bytes = await readFileBytes(path);
  return /\.npy$/i.test(path) ? new Map([["array", readNpy(bytes, path)]]) : readNpz(bytes, path);
}

function feedsFrom(
  ports: readonly Port[],
  arrays: ReadonlyMap<string, Tensor>,
  path: string,
): Record<string, Tensor> {
  const [first] = arrays.values();
  const only =
    ports.length > 1
      ? undefined
      : arrays.size === 1
        ? first
        : (arrays.get("x") ?? arrays.get("input"));
  return Object.fromEntries(
    ports.map(({ name, shape }) => {
      // What goes in may stand beside what comes out: `x:NAME`, and as this command writes it.
      const value =
        arrays.get(name) ?? arrays.get(`x:${name}`) ?? arrays.get(`input/${name}`) ?? only;
      if (value === undefined)
        throw new StriateError(
          `${path}: has no array "${name}" for the input of that name; it has ${[...arrays.keys()].join(", ")}`,
        );
      return [name, withBatch(value, shape.length)];
    }),
  );
}

/** One photo's tensor may stand without the axis of the batch, as `--numbers` writes it. */
function withBatch(value: Tensor, rank: number): Tensor {
  return value.shape.length === rank - 1 ? reshape(value, [1, ...value.shape]) : value;
}
