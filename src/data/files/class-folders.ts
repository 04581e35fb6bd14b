import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import { compareCodePoints } from "./code-point-order.ts";
import { countEndings } from "./count-endings.ts";

/** A file of a data set as its listing and its first bytes show it. */
export interface FoundFile {
  /** With `/` between its parts, from the top of the set. */
  readonly path: string;
  /** `broken`: meant as a picture by its name, or empty, but no picture by its content. */
  readonly kind: "picture" | "broken" | "other";
  /** Why it is no picture: `is a web page`. */
  readonly why?: string;
}

/** A file that stays out of training, and why. */
export interface SkippedFile {
  readonly path: string;
  readonly reason: string;
}

export interface ClassListing {
  /** In code-point order; a label is an index into it. */
  readonly classNames: string[];
  /** By split name: the files in code-point order of their paths. Without split folders: `train`. */
  readonly splits: ReadonlyMap<
    string,
    readonly { readonly path: string; readonly label: number }[]
  >;
  /** Files inside class folders that are no pictures. */
  readonly skipped: SkippedFile[];
  /** What else was left out and a person should know. */
  readonly notices: string[];
}

interface Folder {
  readonly name: string;
  readonly path: string;
  readonly folders: Map<string, Folder>;
  readonly files: FoundFile[];
}

/**
 * Finds the class folders of a set and labels its pictures. The class folders are the first folders
 * from the top of which there are several; a lone folder around them is a wrapper, and folders called
 * train, test, validation (and the like) around them are splits. Pictures at any depth inside a class
 * folder count for it.
 *
 * @param files every file that is not litter
 * @param folderPaths every folder that is not litter, so that an empty one can be named
 * @param options.unlabelled whether a set that tells no classes apart will do: one class folder, or pictures without
 * any, which are of the class "photos"
 * @throws StriateError (without the set's name) when there are not at least two classes with pictures
 */
export function findClasses(
  files: readonly FoundFile[],
  folderPaths: readonly string[] = [],
  { unlabelled = false }: { readonly unlabelled?: boolean | undefined } = {},
): ClassListing {
  const notices: string[] = [];
  let top = buildTree(files, folderPaths);
  for (let inner = wrapped(top); inner; inner = wrapped(top)) top = inner;
  const splitFolders = findSplits(top);
  if (!splitFolders) {
    const isBare = unlabelled && ![...top.folders.values()].some(holdsPictures);
    const classes =
      isBare && count(top, "picture") > 0
        ? [{ ...top, name: "photos" }]
        : classFolders(top, notices);
    return label([["train", classes]], notices, unlabelled);
  }
  const splits: [string, Folder[]][] = [];
  for (const [name, folder] of splitFolders) {
    let inner = folder;
    for (let next = wrapped(inner); next; next = wrapped(inner)) inner = next;
    if ([...inner.folders.values()].some(holdsPictures))
      splits.push([name, classFolders(inner, notices)]);
    else
      notices.push(`${inner.path}: ${leftOut(count(inner, "picture"), "without class folders")}`);
  }
  return label(splits, notices, unlabelled);
}

function buildTree(files: readonly FoundFile[], folderPaths: readonly string[]): Folder {
  const folder = (name: string, path: string): Folder => ({
    name,
    path,
    folders: new Map(),
    files: [],
  });
  const top = folder("", "");
  const at = (parts: readonly string[]): Folder => {
    let here = top;
    for (const name of parts) {
      let next = here.folders.get(name);
      if (!next)
        here.folders.set(name, (next = folder(name, here.path ? `${here.path}/${name}` : name)));
      here = next;
    }
    return here;
  };
  for (const path of folderPaths) at(path.split("/").filter((name) => name !== ""));
  for (const file of files) at(file.path.split("/").slice(0, -1)).files.push(file);
  return top;
}

function count(folder: Folder, kind: FoundFile["kind"]): number {
  let sum = folder.files.filter((file) => file.kind === kind).length;
  for (const inner of folder.folders.values()) sum += count(inner, kind);
  return sum;
}

function holdsPictures(folder: Folder): boolean {
  return count(folder, "picture") + count(folder, "broken") > 0;
}

function isEmpty(folder: Folder): boolean {
  return folder.files.length === 0 && [...folder.folders.values()].every(isEmpty);
}

/** The only folder with pictures inside `folder`, when the class folders can but lie in it. */
function wrapped(folder: Folder): Folder | undefined {
  const inner = [...folder.folders.values()].filter(holdsPictures);
  const [only] = inner;
  if (!only || inner.length > 1 || folder.files.some((file) => file.kind === "picture"))
    return undefined;
  return [...only.folders.values()].some(holdsPictures) ? only : undefined;
}

const splitWords: readonly (readonly [split: string, names: RegExp])[] = [
  ["train", /^train(ing)?([-_ ]?(set|data|images))?$/i],
  ["validation", /^val(id(ation)?)?([-_ ]?(set|data|images))?$/i],
  ["test", /^test(ing)?([-_ ]?(set|data|images))?\d*$/i],
];

/** The split folders directly inside `top`, by the name of the split; undefined when these are no splits. */
function findSplits(top: Folder): Map<string, Folder> | undefined {
  const inner = [...top.folders.values()].filter(holdsPictures);
  const named = inner.map((folder) => splitWords.find(([, names]) => names.test(folder.name))?.[0]);
  const splits = named.filter((name) => name !== undefined);
  if (splits.length === 0) return undefined;
  const holdClasses = inner.filter((folder) => [...folder.folders.values()].some(holdsPictures));
  if (holdClasses.length === 0) return undefined;
  if (splits.length < inner.length || new Set(splits).size < splits.length)
    throw new StriateError(
      `it is not clear which of the folders ${inner.map((folder) => folder.name).join(", ")} ` +
        "are splits and which are classes: open one of them",
    );
  return new Map(inner.map((folder, i) => [splits[i]!, folder]));
}

/** The folders inside `top` that are classes. */
function classFolders(top: Folder, notices: string[]): Folder[] {
  const where = top.path === "" ? "" : ` in ${top.path}`;
  const inner = [...top.folders.values()];
  const empty = inner.filter(isEmpty);
  const classes = inner.filter(holdsPictures);
  const loose = top.files.filter((file) => file.kind === "picture").length;
  if (classes.length === 0)
    throw new StriateError(
      loose > 0
        ? `${counted(loose, "picture")} ${loose === 1 ? "lies" : "lie"}${where} without class folders: make a folder for each class, such as cats and dogs`
        : `there are no pictures${where}${unread(top)}`,
    );
  if (empty.length > 0)
    throw new StriateError(
      `class folder "${empty[0]!.path}" is empty: put pictures of its class in, or remove it`,
    );
  const unreadable = classes.find((folder) => count(folder, "picture") === 0);
  if (unreadable)
    throw new StriateError(
      `class folder "${unreadable.path}" holds no readable picture: ${onlyBroken(count(unreadable, "broken"))}`,
    );
  for (const folder of inner)
    if (!holdsPictures(folder) && !isEmpty(folder))
      notices.push(
        `folder "${folder.path}" is left out: there are no pictures in it${unread(folder)}`,
      );
  if (loose > 0) notices.push(leftOut(loose, `beside the class folders${where}`));
  return classes;
}

function label(
  splits: readonly [string, Folder[]][],
  notices: string[],
  unlabelled: boolean,
): ClassListing {
  const classNames = [...new Set(splits.flatMap(([, folders]) => folders.map(({ name }) => name)))];
  if (classNames.length === 1 && !unlabelled)
    throw new StriateError(
      `there is only one class folder, "${splits[0]![1][0]!.path}": at least two are needed to tell apart`,
    );
  classNames.sort(compareCodePoints);
  for (const [name, folders] of splits)
    if (folders.length === 1 && classNames.length > 1)
      notices.push(`all pictures of the split ${name} are of one class, "${folders[0]!.name}"`);
  const skipped: SkippedFile[] = [];
  const listed = splits.map(([name, folders]) => {
    const files = folders.flatMap((folder) => {
      const index = classNames.indexOf(folder.name);
      return everyFile(folder).map((file) => ({ ...file, label: index }));
    });
    files.sort((a, b) => compareCodePoints(a.path, b.path));
    const pictures: { path: string; label: number }[] = [];
    for (const { path, kind, why, label: index } of files)
      if (kind === "picture") pictures.push({ path, label: index });
      else skipped.push({ path, reason: why ?? "is no picture" });
    return [name, pictures] as const;
  });
  return { classNames, splits: new Map(listed), skipped, notices };
}

/** What lies in a folder and is not read: `, and 8 files that are not read: 6 .ppm, 2 .pgm`. */
function unread(folder: Folder): string {
  const files = everyFile(folder).filter(({ kind }) => kind !== "picture");
  if (files.length === 0) return "";
  const which = files.length === 1 ? "a file that is" : `${files.length} files that are`;
  return `, and ${which} not read: ${countEndings(files.map(({ path }) => path))}`;
}

function everyFile(folder: Folder): FoundFile[] {
  return [...folder.files, ...[...folder.folders.values()].flatMap(everyFile)];
}

const leftOut = (pictures: number, where: string): string =>
  `${counted(pictures, "picture")} ${where} ${pictures === 1 ? "is" : "are"} left out`;

const onlyBroken = (files: number): string =>
  files === 1
    ? "the only file in it is empty or no picture"
    : `all ${counted(files, "file")} in it are empty or no pictures`;
